#!/usr/bin/env node
// The command npm links before anything is built: it hands over to the compiled program, or says how to build it.
