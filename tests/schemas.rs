//! Our small written tables compared with the real schemas, where `../shared` (or `HLAB_SHARED`) is there.

mod schemas {
    mod crossplane;
    #[path = "../laws/entries.rs"]
    mod entries;
    mod library;
    mod manifests;
    mod pve;
    #[path = "../laws/random.rs"]
    mod random;
    mod sdn;
    mod support;
    #[path = "../laws/wanted.rs"]
    mod wanted;
    #[path = "../laws/wanted_site.rs"]
    mod wanted_site;
    #[path = "../laws/wanted_container.rs"]
    mod wanted_container;
}
