/** Order of the pack's templates in the template browser. */

/**
 * Sort the pack's templates by their names, which begin with numbers. The editor shows them in the
 * order of the server's answer, which is the order of the files on the disk.
 *
 * @param {any} editor
 * @param {string | undefined} folder name of the pack's folder
 */
export function sortTemplates(editor, folder) {
  const load = editor.getWorkflowTemplates?.bind(editor);
  if (!load || !folder) return;
  editor.getWorkflowTemplates = async () => {
    const templates = await load();
    templates?.[folder]?.sort();
    return templates;
  };
}
