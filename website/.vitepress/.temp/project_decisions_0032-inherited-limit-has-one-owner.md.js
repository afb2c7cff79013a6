import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"32. An inherited limit has one owner","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0032-inherited-limit-has-one-owner.md","filePath":"docs/project/decisions/0032-inherited-limit-has-one-owner.md"}');
const _sfc_main = { name: "project/decisions/0032-inherited-limit-has-one-owner.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_32-an-inherited-limit-has-one-owner" tabindex="-1">32. An inherited limit has one owner <a class="header-anchor" href="#_32-an-inherited-limit-has-one-owner" aria-label="Permalink to &quot;32. An inherited limit has one owner&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>With two timers for one limit, chance would decide which of two errors the run gets.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>A child run reads the deadline from above, but sets no timer for it. The owner of the deadline (the parent run, or the fork of an interceptor) aborts the signal that the child listens to, and so gives the reason.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A limit is reported once, by its owner.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0032-inherited-limit-has-one-owner.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0032InheritedLimitHasOneOwner = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0032InheritedLimitHasOneOwner as default
};
