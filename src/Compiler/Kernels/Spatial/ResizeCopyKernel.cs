using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>Resize to the nearest element is a copy: repeated elements are a loop, others a table of positions.</summary>
internal sealed class ResizeCopyKernel : Kernel, ILayoutKernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle) return null;
        var layer = ResizeLayer.Read(group.Head, context);
        if (layer.Axes is null || layer.Mode.Interpolation != "nearest") return null;
        int[] from = context.Strides(group.Head.Inputs[0]);
        int[] to = context.Strides(group.Head.Outputs[0]);
        var loops = new List<CopyAxis>();
        for (int axis = 0; axis < layer.Output.Length && !layer.Output.Contains(0); axis++)
        {
            int[] positions = layer.IsKept(axis) ? [.. Enumerable.Range(0, layer.Output[axis])] : layer.Tables(axis).Positions;
            if (positions.Contains(-1)) return null;
            int repeats = layer.Output[axis] / System.Math.Max(1, layer.Input[axis]);
            if (repeats > 1 && positions.Where((p, o) => p != o / repeats).Any() is false) loops.AddRange([new CopyAxis(layer.Input[axis], from[axis], to[axis] * repeats), new CopyAxis(repeats, 0, to[axis])]);
            else loops.Add(new CopyAxis(positions.Length, 0, to[axis], [.. positions.Select(p => p * from[axis])]));
        }

        StridedCopy? copy = layer.Output.Contains(0) ? null : StridedCopy.Create(0, 0, 0, 0, loops);
        return CopyPlan.Make(group.Head, [group.Head.Inputs[0]], [copy], context, layer.Text);
    }
}
