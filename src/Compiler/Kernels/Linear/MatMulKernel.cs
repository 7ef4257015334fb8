using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Operators.Linear;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>Matrix products of floats with any operands and batches, through RedGen.Runtime: the right matrix is packed into the workspace.</summary>
internal sealed class MatMulKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || context.ElementType(node.Inputs[0]) != ElementType.Float32) return null;
        MatMulShape shape = MatMulShape.TryRead(context.Lengths(node.Inputs[0]), context.Lengths(node.Inputs[1]))!;
        if (shape.BatchCount == 0 || shape.Rows == 0 || shape.Depth == 0 || shape.Columns == 0) return null;
        List<BatchAxis> axes = BatchAxes.Of(shape);
        // One right matrix for all: the left ones are the rows of one product.
        if (axes.Count == 1 && axes[0].Right == 0)
        {
            shape = shape with { Rows = shape.Rows * axes[0].Length };
            axes = [];
        }

        return new MatMulStep(shape, axes)
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            Outputs = [node.Outputs[0]],
            WorkspaceLength = PanelPacking.Length(shape.Depth, shape.Columns),
            MultiplyAdds = axes.Aggregate(1L, (a, b) => a * b.Length) * shape.Rows * shape.Depth * shape.Columns,
            Summary = MatMulText.Of(shape, axes),
        };
    }

    private sealed class MatMulStep(MatMulShape shape, List<BatchAxis> axes) : Step
    {
        public override string Kernel => "MatMul.RunTime";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            using var nest = new LoopScope(writer);
            foreach (BatchAxis axis in axes) nest.Loop(axis.Variable, axis.Length);
            string a = Matrix(nest, writer.Input(0), shape.Rows * shape.Depth, [.. axes.Select(x => (x.Variable, x.Left))]);
            string b = Matrix(nest, writer.Input(1), shape.Depth * shape.Columns, [.. axes.Select(x => (x.Variable, x.Right))]);
            string y = Matrix(nest, writer.Output(0), shape.Rows * shape.Columns, [.. axes.Select(x => (x.Variable, x.Output))]);
            writer.Line("Gemm.RunUnpacked(");
            using (writer.Code.Indent())
            {
                writer.Line($"{a}, {b}, default, default,");
                writer.Line($"{y}, {writer.Workspace}, rows: {shape.Rows}, depth: {shape.Depth}, columns: {shape.Columns}, transposedB: false, default(Identity));");
            }
        }

        private static string Matrix(LoopScope nest, string name, int length, (string Variable, int Matrices)[] terms)
        {
            string start = nest.Index([.. terms.Select(t => (t.Variable, t.Matrices * length))]);
            return start == "0" ? name : $"{name}.Slice({start}, {length})";
        }
    }
}

/// <summary>Matrix products in summaries.</summary>
internal static class MatMulText
{
    /// <summary>The product as <c>MatMul 8 × (16×64 by 64×16)</c>.</summary>
    public static string Of(MatMulShape shape, List<BatchAxis> axes)
    {
        string product = $"{shape.Rows}×{shape.Depth} by {shape.Depth}×{shape.Columns}";
        return "MatMul " + (axes.Count == 0 ? product : string.Join("×", axes.Select(a => a.Length)) + " times (" + product + ")");
    }
}
