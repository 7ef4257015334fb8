using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>Linear and cubic Resize of floats through RedGen.Runtime, one axis after the other; positions and weights are tables made at build time.</summary>
internal sealed class ResizeKernel : Kernel, ILayoutKernel
{
    /// <summary>Tables beyond this many entries are made at run time.</summary>
    public const long TableLimit = 1 << 14;

    /// <summary>Workspace beyond this many elements is refused.</summary>
    private const long WorkspaceLimit = 1 << 28;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || context.ElementType(node.Inputs[0]) != ElementType.Float32) return null;
        var layer = ResizeLayer.Read(node, context);
        if (layer.Axes is null || layer.Mode.Interpolation == "nearest" || layer.Output.Contains(0)) return null;
        int[] lying = context.Order(node.Inputs[0], node.Outputs[0]);
        int[] axes = Order(layer, lying);
        if (axes.Length == 0 || axes.Sum(a => layer.Output[a] * layer.Taps(a)) > TableLimit) return null;
        (int[] Positions, double[] Weights)[] tables = [.. axes.Select(layer.Tables)];
        if (tables.Any(t => t.Positions.Contains(-1))) return null;
        ImmutableArray<Pass> passes = Passes(layer, axes, lying);
        long[] between = [.. passes.Take(passes.Length - 1).Select(p => p.Count)];
        long workspace = between.Length == 0 ? 0 : between.Length == 1 ? between[0] : between.Max() * 2;
        if (workspace > WorkspaceLimit) return null;
        return new ResizeStep(passes, between.Length == 0 ? 0 : (int)between.Max())
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            Weights = [.. tables.SelectMany(t => new[] { CopyPlan.IndexWeight("Positions", t.Positions), Weight.Of("Weights", [.. t.Weights.Select(w => (float)w)]) })],
            WorkspaceLength = (int)workspace,
            MultiplyAdds = passes.Select((p, i) => p.Count * layer.Taps(axes[i])).Sum(),
            Summary = layer.Text,
        };
    }

    /// <summary>Axes that shrink come first, then those that grow, the innermost first: rows that are read by strides stay few.</summary>
    private static int[] Order(ResizeLayer layer, int[] lying)
        => [.. lying.Where(a => !layer.IsKept(a)).OrderBy(a => layer.Output[a] > layer.Input[a] ? 1 : 0).ThenBy(a => Array.IndexOf(lying, a) * (layer.Output[a] > layer.Input[a] ? -1 : 1))];

    private static ImmutableArray<Pass> Passes(ResizeLayer layer, int[] axes, int[] lying)
    {
        int[] current = [.. layer.Input];
        var passes = new List<Pass>();
        foreach (int axis in axes)
        {
            int at = Array.IndexOf(lying, axis);
            passes.Add(new Pass(Positions.Product(lying.Take(at).Select(a => current[a])), layer.Input[axis], layer.Output[axis], Positions.Product(lying.Skip(at + 1).Select(a => current[a]))));
            current[axis] = layer.Output[axis];
        }

        return [.. passes];
    }

    /// <summary>One axis.</summary>
    private sealed record Pass(long Outer, int In, int Out, long Inner)
    {
        public long Count => Outer * Out * Inner;
    }

    private sealed class ResizeStep(ImmutableArray<Pass> passes, int half) : Step
    {
        public override string Kernel => "Resize.Simd";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            string source = writer.Input(0);
            for (int i = 0; i < passes.Length; i++)
            {
                Pass pass = passes[i];
                string target = i == passes.Length - 1 ? writer.Output(0) : $"{writer.Workspace}.Slice({(i % 2 == 0 ? "0" : CSharpLiteral.Of(half))}, {pass.Count})";
                writer.Line($"Resampling.Run({source}, {target}, {writer.Weight(2 * i)}, {writer.Weight((2 * i) + 1)}, outer: {pass.Outer}, inLength: {pass.In}, outLength: {pass.Out}, inner: {pass.Inner});");
                source = target;
            }
        }
    }
}
