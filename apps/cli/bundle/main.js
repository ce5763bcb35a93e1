#!/usr/bin/env node
import{enableCompileCache}from"node:module";enableCompileCache(),await import(`./Process-M4oGLvbE.js`);export{};