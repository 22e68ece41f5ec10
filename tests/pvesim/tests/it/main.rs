//! The simulator's tests, one file for each concern, as one program.

mod access;
mod cluster;
mod contract;
mod faults;
mod lxc;
mod permission;
mod qemu;
mod storage;
mod support;
mod tasks;
mod tls;
mod wire;
