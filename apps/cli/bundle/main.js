#!/usr/bin/env node
import{enableCompileCache}from"node:module";enableCompileCache(),await import(`./Process-x2By3EcB.js`);export{};