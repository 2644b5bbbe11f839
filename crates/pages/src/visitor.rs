//! Who is looking, at which school; and what they may read and change there.

use crate::authority::{Anyone, Sender, SignedIn};
use crate::cookies::CookieName;
use crate::csrf::{self, FormToken};
use crate::error::PageError;
use crate::return_to::path_and_query;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
<<<<<<< HEAD
use school::actor::Actor;
use school::rights::Right;
use school::sessions::{self, Device, NewSession};
use school::sites::Site;
=======
use identity::sessions;
use school::users::User;
use school::{Site, users};
>>>>>>> main
use std::sync::Arc;
use web::authentication::school_of_host;
use web::hash_queue::HashClient;
use web::{App, ServerKey, Tx};
