//! The one integration binary: what can be seen of Xinheng only from outside its crates.

#![cfg(test)]

mod access;
mod api;
mod cases;
mod channels;
mod city;
mod collecting;
mod delivering;
mod facts;
mod home;
mod lake;
mod linking;
mod picture;
mod pulling;
mod rows;
mod settings;
mod settling;
mod site;
mod soak;
mod tidy;
mod uploading;
mod work;
