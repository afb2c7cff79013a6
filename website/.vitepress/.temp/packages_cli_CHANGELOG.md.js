import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"stageflow","description":"","frontmatter":{},"headers":[],"relativePath":"packages/cli/CHANGELOG.md","filePath":"packages/cli/CHANGELOG.md"}');
const _sfc_main = { name: "packages/cli/CHANGELOG.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow" tabindex="-1">stageflow <a class="header-anchor" href="#stageflow" aria-label="Permalink to &quot;stageflow&quot;">​</a></h1><h2 id="_1-0-0" tabindex="-1">1.0.0 <a class="header-anchor" href="#_1-0-0" aria-label="Permalink to &quot;1.0.0&quot;">​</a></h2><p>The command line of Stageflow. <code>runs</code> and <code>show</code> look at the runs of a journal, in a file or in PostgreSQL, without changing it. <code>answer</code> and <code>cancel</code> act on them by name. <code>graph</code> draws the pipelines that a file exports, and <code>graph --check</code> looks for mistakes in them. <code>view</code> draws a report, or the runs of a log, and <code>diff</code> compares two runs. <code>--web</code> shows runs on a page, and <code>--html</code> writes one as a file. <code>doctor</code> checks Node and the installed packages. Each command prints JSON with <code>--json</code>.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/cli/CHANGELOG.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const CHANGELOG = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  CHANGELOG as default
};
