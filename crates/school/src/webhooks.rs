//! Webhooks: who asked to hear of what; their deliveries, to be looked at and repeated.
