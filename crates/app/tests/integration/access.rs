//! Who may see what: the matrix of routes and roles, of fields and audiences, and that nothing
//! beyond the public leaves without an entry in its subject's log.

mod administering;
mod attacks;
pub mod centre;
mod console;
mod files;
mod grounds;
mod logged;
mod matrix;
mod pages;
pub mod people;
mod proxies;
mod routes;
mod sealing;
mod signing_in;
mod systems;
mod transparency;
