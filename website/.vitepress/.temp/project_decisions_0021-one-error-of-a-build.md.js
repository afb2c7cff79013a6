import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"21. build() throws one error with one code","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0021-one-error-of-a-build.md","filePath":"docs/project/decisions/0021-one-error-of-a-build.md"}');
const _sfc_main = { name: "project/decisions/0021-one-error-of-a-build.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_21-build-throws-one-error-with-one-code" tabindex="-1">21. <code>build()</code> throws one error with one code <a class="header-anchor" href="#_21-build-throws-one-error-with-one-code" aria-label="Permalink to &quot;21. \`build()\` throws one error with one code&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>You can&#39;t rely on a code that changes with the number of problems.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>PipelineBuildError</code> always has the code <code>core/build</code>. The codes of the mistakes are in its <code>problems</code>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>All mistakes of a pipeline are reported at once.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0021-one-error-of-a-build.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0021OneErrorOfABuild = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0021OneErrorOfABuild as default
};
