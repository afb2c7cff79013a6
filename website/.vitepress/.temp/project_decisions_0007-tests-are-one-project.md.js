import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"7. All tests are one TypeScript project","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0007-tests-are-one-project.md","filePath":"docs/project/decisions/0007-tests-are-one-project.md"}');
const _sfc_main = { name: "project/decisions/0007-tests-are-one-project.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_7-all-tests-are-one-typescript-project" tabindex="-1">7. All tests are one TypeScript project <a class="header-anchor" href="#_7-all-tests-are-one-typescript-project" aria-label="Permalink to &quot;7. All tests are one TypeScript project&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Without a project, editors and the type-aware lint see tests without the strict flags, and call necessary assertions unnecessary.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>tsconfig.test.json</code> has every test and example, without <code>isolatedDeclarations</code>. The root <code>tsconfig.json</code> references it beside the packages.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Tests are checked with the same flags as sources.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0007-tests-are-one-project.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0007TestsAreOneProject = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0007TestsAreOneProject as default
};
