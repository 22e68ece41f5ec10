//! What a lab expects of its guests, as far as a cluster's health goes.

use crate::model::{Container, ContainerPart, Vm, VmPart};
use crate::plan::health::Expected;
use crate::session::{Analysis, build};

impl Analysis {
    /// The guests of this lab: whether each is to run, and whether this cluster backs it up. Meant for a lab without errors.
    #[must_use]
    pub fn expected(&self) -> Vec<Expected> {
        let compiled = self.compiled.borrow();
        let model = build::model(&compiled);
        let runs = |state: Option<&str>| match state {
            Some("running") => Some(true),
            Some("stopped") => Some(false),
            _ => None,
        };
        let id = |id: Option<i64>| id.and_then(|id| u32::try_from(id).ok());
        let is_not = |backup| matches!(model.text_of(backup), Some("none" | "elsewhere"));
        let vms = model.all(model.fields.vm.shape).map(|object| {
            let vm = Vm::new(&model, object);
            Expected {
                address: model.resource(object).to_owned(),
                id: id(vm.vmid(&model)),
                name: model.name(object).to_owned(),
                runs: runs(vm.state(&model)).filter(|_| !vm.template(&model)),
                is_not_backed_up: is_not(VmPart::new(&model, object).backup(&model)),
            }
        });
        let containers = model.all(model.fields.container.shape).map(|object| {
            let container = Container::new(&model, object);
            Expected {
                address: model.resource(object).to_owned(),
                id: id(container.vmid(&model)),
                name: model.name(object).to_owned(),
                runs: runs(container.state(&model)).filter(|_| !container.template(&model)),
                is_not_backed_up: is_not(ContainerPart::new(&model, object).backup(&model)),
            }
        });
        vms.chain(containers).collect()
    }
}
