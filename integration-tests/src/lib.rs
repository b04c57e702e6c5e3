//! Tests of ecached from outside.
