import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"30. At the same instant, a stop wins","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0030-stop-wins.md","filePath":"docs/project/decisions/0030-stop-wins.md"}');
const _sfc_main = { name: "project/decisions/0030-stop-wins.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_30-at-the-same-instant-a-stop-wins" tabindex="-1">30. At the same instant, a stop wins <a class="header-anchor" href="#_30-at-the-same-instant-a-stop-wins" aria-label="Permalink to &quot;30. At the same instant, a stop wins&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>A run can be stopped in the instant in which a stage becomes late, or in which an interceptor retries a failed attempt.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The running stage ends <code>cancel</code>, not <code>skip</code>. A retry after the stop ends <code>cancel</code>: nothing new starts.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>After a stop, no stage code begins.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0030-stop-wins.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0030StopWins = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0030StopWins as default
};
