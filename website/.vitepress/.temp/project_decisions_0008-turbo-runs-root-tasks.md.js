import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"8. turbo runs root tasks, not one task per package","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0008-turbo-runs-root-tasks.md","filePath":"docs/project/decisions/0008-turbo-runs-root-tasks.md"}');
const _sfc_main = { name: "project/decisions/0008-turbo-runs-root-tasks.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_8-turbo-runs-root-tasks-not-one-task-per-package" tabindex="-1">8. turbo runs root tasks, not one task per package <a class="header-anchor" href="#_8-turbo-runs-root-tasks-not-one-task-per-package" aria-label="Permalink to &quot;8. turbo runs root tasks, not one task per package&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>One <code>tsc -b</code> over all packages is faster than one process for each. Scripts in a package would be published with it.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>turbo runs every check as a root task, several at once.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A check is skipped if its files haven&#39;t changed. Tests always run.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0008-turbo-runs-root-tasks.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0008TurboRunsRootTasks = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0008TurboRunsRootTasks as default
};
