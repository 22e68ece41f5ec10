//! Laws: what holds for every input, checked on examples and on random ones.

mod laws {
    mod again;
    mod entries;
    mod random;
    mod syntax;
    mod targets;
    mod wanted;
    mod wanted_site;
    mod wanted_container;
    mod yaml;
}
