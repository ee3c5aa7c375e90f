/** Loaded before each test file: lets node import the modules of `web/client`. */

import { register } from "node:module";

register("./hooks.js", import.meta.url);
