import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"17. The events of a child run go to the sink of its parent","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0017-child-events-go-to-the-parents-sink.md","filePath":"docs/project/decisions/0017-child-events-go-to-the-parents-sink.md"}');
const _sfc_main = { name: "project/decisions/0017-child-events-go-to-the-parents-sink.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_17-the-events-of-a-child-run-go-to-the-sink-of-its-parent" tabindex="-1">17. The events of a child run go to the sink of its parent <a class="header-anchor" href="#_17-the-events-of-a-child-run-go-to-the-sink-of-its-parent" aria-label="Permalink to &quot;17. The events of a child run go to the sink of its parent&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>You can&#39;t follow a run if some of its events are elsewhere.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>A child that you pass as a built graph keeps its own interceptors, ports and clock. Its events still go to the sink of the run around it.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A sink that was passed when the child was built gets no events of child runs.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0017-child-events-go-to-the-parents-sink.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0017ChildEventsGoToTheParentsSink = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0017ChildEventsGoToTheParentsSink as default
};
