//! Our small written tables compared with the real schemas, where `../shared` (or `HLAB_SHARED`) is there.

mod schemas {
    mod pve;
    mod support;
}
