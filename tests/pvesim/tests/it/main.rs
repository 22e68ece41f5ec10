//! The simulator's tests, one file for each concern, as one program.

mod access;
mod cluster;
mod contract;
mod faults;
mod firewall;
mod ha;
mod hardware;
mod lxc;
mod network;
mod permission;
mod qemu;
mod storage;
mod support;
mod tasks;
mod tls;
mod users;
mod wire;
mod worlds;
