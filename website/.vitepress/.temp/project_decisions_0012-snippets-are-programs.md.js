import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"12. Code in the documentation is compiled and run","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0012-snippets-are-programs.md","filePath":"docs/project/decisions/0012-snippets-are-programs.md"}');
const _sfc_main = { name: "project/decisions/0012-snippets-are-programs.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_12-code-in-the-documentation-is-compiled-and-run" tabindex="-1">12. Code in the documentation is compiled and run <a class="header-anchor" href="#_12-code-in-the-documentation-is-compiled-and-run" aria-label="Permalink to &quot;12. Code in the documentation is compiled and run&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Documentation that isn&#39;t executed becomes wrong sooner or later.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>Every <code>ts</code> fence is compiled. A fence with a file name is also run, and its output is compared (<code>scripts/check/snippets.mjs</code>).</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>At most three fences of the repository may opt out.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0012-snippets-are-programs.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0012SnippetsArePrograms = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0012SnippetsArePrograms as default
};
