//! Disks and CD-ROM drives.

use std::borrow::Cow;

use super::usual::Usual;
use super::{Cx, boxed, count, slot_order, text, unless};
use crate::desire::{self, CdMedium, DiskExtra, Throttle};
use crate::model::{Disk, DiskLimit, Host, Vm};

const MIB: f64 = 1_048_576.0;

pub(super) fn disks<'a>(cx: &mut Cx<'a>, vm: Vm, host: Host) -> Vec<desire::Disk<'a>> {
    let mut disks: Vec<desire::Disk<'a>> = vm.disk(cx.model).map(|disk| one(cx, disk, host)).collect();
    if disks.len() > 1 {
        disks.sort_by(|a, b| slot_order(&a.slot).cmp(&slot_order(&b.slot)));
    }
    disks
}

fn one<'a>(cx: &mut Cx<'a>, disk: Disk, host: Host) -> desire::Disk<'a> {
    let model = cx.model;
    let import = disk.from(model).and_then(|image| cx.image(image, host));
    let mut out = desire::Disk {
        slot: Cow::Borrowed(model.key(disk.id)),
        storage: Cow::Borrowed(disk.storage(model).map_or("", |storage| model.name(storage.id))),
        size: disk.size(model).unwrap_or_default(),
        import,
        format: text(disk.format(model)),
        cache: unless(disk.cache(model), "none"),
        iothread: disk.iothread(model),
        discard: disk.discard(model),
        ssd: disk.ssd(model),
        ..desire::Disk::default()
    };
    if !cx.usual.disk.covers(disk.said()) {
        seldom(cx, disk, &mut out);
    }
    out
}

/// What most disks say nothing of.
fn seldom<'a>(cx: &mut Cx<'a>, disk: Disk, out: &mut desire::Disk<'a>) {
    let model = cx.model;
    out.volume = text(disk.volume(model));
    out.aio = text(disk.aio(model));
    out.no_backup = !disk.backup(model);
    out.no_replication = !disk.replicate(model);
    out.serial = text(disk.serial(model));
    out.throttle = disk.limit(model).and_then(|limit| boxed(throttle(cx, limit)));
    out.extra = boxed(DiskExtra {
        shared: disk.shared(model),
        read_only: disk.read_only(model),
        temporary: disk.temporary(model),
        scsi_block: disk.scsi_block(model),
        detect_zeroes: disk.detect_zeroes(model),
        queues: count(disk.queues(model)),
        read_error: text(disk.read_error(model)),
        write_error: text(disk.write_error(model)),
        vendor: text(disk.vendor(model)),
        product: text(disk.product(model)),
        model: text(disk.model(model)),
        wwn: text(disk.wwn(model)),
    });
}

/// What [`one`] reads of every disk.
pub(super) fn usual(cx: &mut Cx<'_>) -> Usual {
    let fields = &cx.model.fields.disk;
    let read = [
        fields.storage,
        fields.size,
        fields.from,
        fields.format,
        fields.cache,
        fields.iothread,
        fields.discard,
        fields.ssd,
    ];
    Usual::of(&read, |out| seldom(cx, Disk::UNSAID, out))
}

/// Proxmox's megabytes in a second have 1024 times 1024 bytes.
fn throttle(cx: &mut Cx<'_>, limit: DiskLimit) -> Throttle {
    let model = cx.model;
    let fields = &model.fields.disk_limit;
    let rate = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64 / MIB);
    let mut length = |milliseconds, field| cx.seconds(milliseconds, 0, (limit.id, field));
    Throttle {
        total: rate(limit.total(model)),
        read: rate(limit.read(model)),
        write: rate(limit.write(model)),
        total_burst: rate(limit.total_burst(model)),
        read_burst: rate(limit.read_burst(model)),
        write_burst: rate(limit.write_burst(model)),
        total_burst_for: length(limit.total_burst_for(model), fields.total_burst_for),
        read_burst_for: length(limit.read_burst_for(model), fields.read_burst_for),
        write_burst_for: length(limit.write_burst_for(model), fields.write_burst_for),
        iops: count(limit.iops(model)),
        iops_read: count(limit.iops_read(model)),
        iops_write: count(limit.iops_write(model)),
        iops_burst: count(limit.iops_burst(model)),
        iops_read_burst: count(limit.iops_read_burst(model)),
        iops_write_burst: count(limit.iops_write_burst(model)),
        iops_burst_for: length(limit.iops_burst_for(model), fields.iops_burst_for),
        iops_read_burst_for: length(limit.iops_read_burst_for(model), fields.iops_read_burst_for),
        iops_write_burst_for: length(limit.iops_write_burst_for(model), fields.iops_write_burst_for),
    }
}

pub(super) fn cdroms<'a>(cx: &mut Cx<'a>, vm: Vm, host: Host) -> Vec<desire::Cdrom<'a>> {
    let model = cx.model;
    let mut drives = Vec::new();
    for drive in vm.cdrom(model) {
        let medium = match drive.image(model) {
            Some(image) => cx.image(image, host).map_or(CdMedium::Empty, CdMedium::File),
            None if drive.physical(model) => CdMedium::Physical,
            None => CdMedium::Empty,
        };
        drives.push(desire::Cdrom { slot: Cow::Borrowed(model.key(drive.id)), medium });
    }
    drives.sort_by(|a, b| slot_order(&a.slot).cmp(&slot_order(&b.slot)));
    drives
}
