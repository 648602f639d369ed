//! One file per endpoint, named like its folder.

mod submit_request;
