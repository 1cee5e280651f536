//! Who may see what: the matrix of routes and roles, of fields and audiences, and that nothing
//! beyond the public leaves without an entry in its subject's log.

mod administering;
mod centre;
mod console;
mod files;
mod grounds;
mod logged;
mod matrix;
mod pages;
mod people;
mod proxies;
mod routes;
mod sealing;
mod signing_in;
mod systems;
mod transparency;
