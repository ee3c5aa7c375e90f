/** Extension of the editor for the pack's templates: their order, and the view they open with. */

import { api } from "../../../scripts/api.js";
import { app } from "../../../scripts/app.js";
import { showGraph } from "../canvas/view.js";
import { PACK_FOLDER } from "../pack_node.js";
import { sortTemplates } from "./order.js";

/** Key of a workflow's `extra` by which an example says that it opens at its note. */
const OPENS_READABLE = "anime_opens_readable";

sortTemplates(api, PACK_FOLDER);

app.registerExtension({
  name: "animeproduction.Templates",

  afterConfigureGraph() {
    const { extra } = app.rootGraph;
    if (!extra?.[OPENS_READABLE]) return;
    delete extra[OPENS_READABLE]; // a workflow that is saved opens as its user left it
    void showGraph();
  },
});
