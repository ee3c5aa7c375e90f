/** Registers the hooks with which node imports the modules of `web/client`. */

import { register } from "node:module";

register("./hooks.js", import.meta.url);
