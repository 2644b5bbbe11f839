//! The APIs of a server and their description: the Admin REST API v1, the Webhooks API v2, the OpenAPI documents and
//! the reference pages.
//!
//! A handler parses, calls one operation of the domain inside one transaction, and renders one view.

pub mod openapi;
pub mod reference;
pub mod rest;
pub mod webhooks;

use web::definition::ApiDefinition;

/// Every API of a server.
pub const APIS: [&ApiDefinition; 2] = [&rest::API, &webhooks::API];
