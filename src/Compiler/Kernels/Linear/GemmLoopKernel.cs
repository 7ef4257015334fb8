using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>Gemm as plain loops, for all element types and every form that the other kernels leave.</summary>
internal sealed class GemmLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } arithmetic) return null;
        int[] y = context.Lengths(node.Outputs[0]);
        int depth = context.Lengths(node.Inputs[0])[node.Attributes.Int("transA", 0) != 0 ? 0 : 1];
        return new GemmLoopStep(node, y[0], depth, y[1], node.HasInput(2) ? context.Lengths(node.Inputs[2]) : null, arithmetic)
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where(i => i.Length > 0)],
            Outputs = [node.Outputs[0]],
            MultiplyAdds = (long)y[0] * depth * y[1],
            Summary = $"Gemm {y[0]}×{depth} by {depth}×{y[1]}, in {arithmetic.Type}",
        };
    }

    private sealed class GemmLoopStep(Node node, int rows, int depth, int columns, int[]? addend, Arithmetic arithmetic) : Step
    {
        public override string Kernel => "Gemm.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            bool transA = node.Attributes.Int("transA", 0) != 0;
            bool transB = node.Attributes.Int("transB", 0) != 0;
            using var nest = new LoopScope(writer);
            nest.Loop("i", rows).Loop("j", columns);
            writer.Line($"{arithmetic.Sum} sum = {arithmetic.Zero};");
            using (var inner = new LoopScope(writer))
            {
                inner.Loop("k", depth, always: true);
                string[] open = [.. new[] { "i", "j" }.Where(nest.Has), "k"];
                string a = LoopScope.Index(open, transA ? [("k", rows), ("i", 1)] : [("i", depth), ("k", 1)]);
                string b = LoopScope.Index(open, transB ? [("j", depth), ("k", 1)] : [("k", columns), ("j", 1)]);
                writer.Line(arithmetic.AddProduct("sum", $"{writer.Input(0)}[{a}]", $"{writer.Input(1)}[{b}]"));
            }

            string value = Scaled("sum", node.Attributes.Float("alpha", 1));
            if (addend is not null)
            {
                int[] strides = BroadcastReader.Strides(addend, [rows, columns]);
                string element = writer.Input(2) + "[" + nest.Index(("i", strides[0]), ("j", strides[1])) + "]";
                string c = Scaled(arithmetic.Load(element), node.Attributes.Float("beta", 1));
                value = arithmetic.IsReal ? $"({value} + {c})" : $"unchecked({value} + {c})";
            }

            writer.Line($"{writer.Output(0)}[{nest.Index(("i", columns), ("j", 1))}] = {arithmetic.Store(value)};");
        }

        private string Scaled(string value, float factor)
        {
            if (factor == 1) return value;
            string literal = arithmetic.Sum == "float" ? CSharpLiteral.Of(factor) : CSharpLiteral.Of((double)factor);
            return arithmetic.IsReal ? $"({literal} * {value})" : $"unchecked(({arithmetic.Sum})({literal} * {value}))";
        }
    }
}
