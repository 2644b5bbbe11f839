//! What each event says: the shapes of payloads, as receivers know them.
