import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"29. With maxConcurrency, the longest remaining path starts first","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0029-longest-path-starts-first.md","filePath":"docs/project/decisions/0029-longest-path-starts-first.md"}');
const _sfc_main = { name: "project/decisions/0029-longest-path-starts-first.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_29-with-maxconcurrency-the-longest-remaining-path-starts-first" tabindex="-1">29. With <code>maxConcurrency</code>, the longest remaining path starts first <a class="header-anchor" href="#_29-with-maxconcurrency-the-longest-remaining-path-starts-first" aria-label="Permalink to &quot;29. With \`maxConcurrency\`, the longest remaining path starts first&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>The design leaves open in which order stages without dependencies start.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>With <code>maxConcurrency</code>, these too start by the longest remaining path, not in declared order.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A long branch starts early, even if you declare it last.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0029-longest-path-starts-first.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0029LongestPathStartsFirst = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0029LongestPathStartsFirst as default
};
