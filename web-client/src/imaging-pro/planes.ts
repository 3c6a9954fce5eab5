/**
 * Three planes through a block by cornerstone3D: cross-hairs, window, zoom, move, pages. The only file of the page that knows
 * cornerstone; it is loaded when a desktop doctor opens 专业阅片 and not before.
 */
import {
  cache,
  Enums,
  init as initCore,
  RenderingEngine,
  setVolumesForViewports,
  utilities,
  volumeLoader,
  type Types,
} from '@cornerstonejs/core'
import {
  addTool,
  CrosshairsTool,
  Enums as ToolEnums,
  init as initTools,
  LengthTool,
  PanTool,
  StackScrollTool,
  ToolGroupManager,
  WindowLevelTool,
  ZoomTool,
} from '@cornerstonejs/tools'
import type { Window } from '@/imaging/study'
import type { Block } from './volume'

export type PlaneName = 'axial' | 'sagittal' | 'coronal'
export type Hand = 'crosshairs' | 'window' | 'length' | 'move'

const ENGINE = 'lianyi-planes'
const GROUP = 'lianyi-planes'
const ORIENTATION = {
  axial: Enums.OrientationAxis.AXIAL,
  sagittal: Enums.OrientationAxis.SAGITTAL,
  coronal: Enums.OrientationAxis.CORONAL,
} as const
const TOOLS = [CrosshairsTool, WindowLevelTool, LengthTool, PanTool, ZoomTool, StackScrollTool]
const HANDS = {
  crosshairs: CrosshairsTool.toolName,
  window: WindowLevelTool.toolName,
  length: LengthTool.toolName,
  move: PanTool.toolName,
} as const
const COLOURS: Record<string, string> = {
  axial: 'rgb(255, 211, 77)',
  sagittal: 'rgb(127, 216, 245)',
  coronal: 'rgb(126, 214, 160)',
}

async function frames(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((done) => requestAnimationFrame(done))
}

let ready = false
function prepare(): void {
  if (ready) return
  // Nothing is sent anywhere, and no WebAssembly: values come from our own engine.
  initCore()
  initTools()
  // It warns at every movement that a block without files has no file names.
  utilities.logger.coreLog.getLogger('utilities', 'getClosestImageId').setLevel('error')
  for (const tool of TOOLS) addTool(tool)
  ready = true
}

function metadataOf(block: Block, window: Window): Types.Metadata {
  const [columns, rows] = block.dimensions
  return {
    BitsAllocated: 16,
    BitsStored: 16,
    HighBit: 15,
    SamplesPerPixel: 1,
    PixelRepresentation: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Modality: 'CT',
    ImageOrientationPatient: block.direction.slice(0, 6),
    PixelSpacing: [block.spacing[1], block.spacing[0]],
    FrameOfReferenceUID: ENGINE,
    Columns: columns,
    Rows: rows,
    voiLut: [{ windowCenter: window[0], windowWidth: window[1] }],
    VOILUTFunction: 'LINEAR',
  }
}

export class Planes {
  private readonly engine: RenderingEngine
  private readonly id: string

  private constructor(
    private readonly elements: Readonly<Record<PlaneName, HTMLDivElement>>,
    id: string,
  ) {
    this.engine = new RenderingEngine(ENGINE)
    this.id = id
  }

  static async open(
    elements: Readonly<Record<PlaneName, HTMLDivElement>>,
    block: Block,
    window: Window,
    id: string,
  ): Promise<Planes> {
    prepare()
    const planes = new Planes(elements, id)
    const { dimensions, spacing, origin, direction, values } = block
    const metadata = metadataOf(block, window)
    volumeLoader.createLocalVolume(id, {
      metadata,
      dimensions,
      spacing,
      origin,
      direction,
      scalarData: values,
    })
    planes.engine.setViewports(
      (Object.keys(elements) as PlaneName[]).map((name) => ({
        viewportId: name,
        type: Enums.ViewportType.ORTHOGRAPHIC,
        element: elements[name],
        defaultOptions: { orientation: ORIENTATION[name], background: [0, 0, 0] },
      })),
    )
    await setVolumesForViewports(planes.engine, [{ volumeId: id }], Object.keys(elements))
    planes.setWindow(window)
    planes.takeTools()
    planes.engine.render()
    // Values reach the graphics card behind the first picture, which is drawn of nothing: once more, when they are there.
    await frames(3)
    planes.engine.render()
    return planes
  }

  private takeTools(): void {
    ToolGroupManager.destroyToolGroup(GROUP)
    const group = ToolGroupManager.createToolGroup(GROUP)
    if (!group) return
    for (const tool of TOOLS) {
      group.addTool(tool.toolName, {
        ...(tool === CrosshairsTool && {
          getReferenceLineColor: (name: string) => COLOURS[name],
          getReferenceLineControllable: () => true,
          getReferenceLineDraggableRotatable: () => true,
          getReferenceLineSlabThicknessControlsOn: () => false,
        }),
      })
    }
    for (const name of Object.keys(this.elements)) group.addViewport(name, ENGINE)
    const { Primary, Secondary, Auxiliary, Wheel } = ToolEnums.MouseBindings
    group.setToolActive(CrosshairsTool.toolName, { bindings: [{ mouseButton: Primary }] })
    group.setToolActive(ZoomTool.toolName, { bindings: [{ mouseButton: Secondary }] })
    group.setToolActive(PanTool.toolName, { bindings: [{ mouseButton: Auxiliary }] })
    group.setToolActive(StackScrollTool.toolName, { bindings: [{ mouseButton: Wheel }] })
  }

  /** What the left button does. */
  hold(hand: Hand): void {
    const group = ToolGroupManager.getToolGroup(GROUP)
    if (!group) return
    const { Primary, Auxiliary } = ToolEnums.MouseBindings
    for (const [name, tool] of Object.entries(HANDS)) {
      if (name !== hand && name !== 'move') group.setToolPassive(tool, { removeAllBindings: true })
    }
    group.setToolActive(PanTool.toolName, {
      bindings: [{ mouseButton: hand === 'move' ? Primary : Auxiliary }],
    })
    if (hand !== 'move') group.setToolActive(HANDS[hand], { bindings: [{ mouseButton: Primary }] })
    this.engine.render()
  }

  private viewports(): Types.IVolumeViewport[] {
    return this.engine.getViewports() as Types.IVolumeViewport[]
  }

  setWindow([centre, width]: Window): void {
    const voiRange = { lower: centre - width / 2, upper: centre + width / 2 }
    for (const viewport of this.viewports()) viewport.setProperties({ voiRange }, this.id)
    this.engine.render()
  }

  /** The brightest value through a slab this thick; 0: single slices. */
  setSlab(millimetres: number): void {
    const mode = millimetres > 0 ? Enums.BlendModes.MAXIMUM_INTENSITY_BLEND : Enums.BlendModes.COMPOSITE
    for (const viewport of this.viewports()) {
      viewport.setBlendMode(mode)
      if (millimetres > 0) viewport.setSlabThickness(millimetres)
      else viewport.resetSlabThickness()
    }
    this.engine.render()
  }

  reset(): void {
    for (const viewport of this.viewports()) viewport.resetCamera()
    this.engine.render()
  }

  resize(): void {
    this.engine.resize(true, true)
  }

  close(): void {
    ToolGroupManager.destroyToolGroup(GROUP)
    this.engine.destroy()
    cache.purgeCache()
  }
}
