import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"13. The page of error codes is generated from the packages","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0013-error-pages-from-tables.md","filePath":"docs/project/decisions/0013-error-pages-from-tables.md"}');
const _sfc_main = { name: "project/decisions/0013-error-pages-from-tables.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_13-the-page-of-error-codes-is-generated-from-the-packages" tabindex="-1">13. The page of error codes is generated from the packages <a class="header-anchor" href="#_13-the-page-of-error-codes-is-generated-from-the-packages" aria-label="Permalink to &quot;13. The page of error codes is generated from the packages&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>The author of a code explains it best beside the other documentation of the package.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The list of codes comes from the sources. Cause, fix and HTTP status come from a table in the README of the package, or in its <code>docs/errors.md</code>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A check refuses a code without a row, a row without a code, and a code that no test provokes.</p><p>The page also had messages once, so that people could search for them. A script read them from the sources: it followed constants, helpers and their call sites. That took 455 lines for one page, and showed a message without its values.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0013-error-pages-from-tables.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0013ErrorPagesFromTables = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0013ErrorPagesFromTables as default
};
