using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Linear;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>Matrix products as plain loops, for all element types.</summary>
internal sealed class MatMulLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } arithmetic) return null;
        MatMulShape shape = MatMulShape.TryRead(context.Lengths(node.Inputs[0]), context.Lengths(node.Inputs[1]))!;
        List<BatchAxis> axes = BatchAxes.Of(shape);
        return new MatMulLoopStep(shape, axes, arithmetic)
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            Outputs = [node.Outputs[0]],
            MultiplyAdds = (long)shape.BatchCount * shape.Rows * shape.Depth * shape.Columns,
            Summary = MatMulText.Of(shape, axes) + ", in " + arithmetic.Type,
        };
    }

    private sealed class MatMulLoopStep(MatMulShape shape, List<BatchAxis> axes, Arithmetic arithmetic) : Step
    {
        public override string Kernel => "MatMul.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            int left = shape.Rows * shape.Depth;
            int right = shape.Depth * shape.Columns;
            using var nest = new LoopScope(writer);
            foreach (BatchAxis axis in axes) nest.Loop(axis.Variable, axis.Length);
            nest.Loop("row", shape.Rows).Loop("column", shape.Columns);
            writer.Line($"{arithmetic.Sum} sum = {arithmetic.Zero};");
            using (var inner = new LoopScope(writer))
            {
                inner.Loop("k", shape.Depth, always: true);
                string[] open = [.. axes.Select(a => a.Variable), .. new[] { "row", "column" }.Where(nest.Has), "k"];
                string a = LoopScope.Index(open, [.. axes.Select(x => (x.Variable, x.Left * left)), ("row", shape.Depth), ("k", 1)]);
                string b = LoopScope.Index(open, [.. axes.Select(x => (x.Variable, x.Right * right)), ("k", shape.Columns), ("column", 1)]);
                writer.Line(arithmetic.AddProduct("sum", $"{writer.Input(0)}[{a}]", $"{writer.Input(1)}[{b}]"));
            }

            string y = nest.Index([.. axes.Select(x => (x.Variable, x.Output * shape.Rows * shape.Columns)), ("row", shape.Columns), ("column", 1)]);
            writer.Line($"{writer.Output(0)}[{y}] = {arithmetic.Store("sum")};");
        }
    }
}
