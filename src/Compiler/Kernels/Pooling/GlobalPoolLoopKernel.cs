using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Micro.Rows;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Pooling;

/// <summary>Poolings of whole channels as plain loops, for all float types.</summary>
internal sealed class GlobalPoolLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { IsReal: true } arithmetic) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        return new GlobalPoolLoopStep(node, x[0] * x[1], x.Skip(2).Aggregate(1, (a, b) => a * b), arithmetic)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            Rows = arithmetic.ElementType == ElementType.Float32 ? PoolRowStep.OfGlobal(node, x, $"{node.Operator.Name} of {x[1]} channels") : [],
            Summary = $"{node.Operator.Name} of {x[1]} channels, in {arithmetic.Type}",
        };
    }

    private sealed class GlobalPoolLoopStep(Node node, int planes, int length, Arithmetic arithmetic) : Step, IRowComputed
    {
        public override string Kernel => "GlobalPool.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public ImmutableArray<RowStep> Rows { get; init; } = [];

        public override void Emit(StepWriter writer)
        {
            string sum = arithmetic.Sum;
            string narrow = sum == "float" ? "(float)" : "";
            string p = CSharpLiteral.Of(LpPool.P(node));
            using var nest = new LoopScope(writer);
            nest.Loop("n", planes);
            string plane = nest.Index(("n", length));
            string index = plane == "0" ? "i" : plane.Contains(" ") ? "(" + plane + ") + i" : plane + " + i";
            string x = arithmetic.Load(writer.Input(0) + "[" + index + "]");
            (string start, string step, string end) = node.Operator.Name switch
            {
                "GlobalMaxPool" => (sum + ".NegativeInfinity", $"if ({x} > total || {sum}.IsNaN({x})) total = {x};", "total"),
                "GlobalLpPool" => (arithmetic.Zero, $"total += {narrow}Math.Pow(Math.Abs({x}), {p});", $"{narrow}Math.Pow(total, 1d / {p})"),
                _ => (arithmetic.Zero, $"total += {x};", $"(total / {CSharpLiteral.Of(length)})"),
            };
            writer.Line($"{sum} total = {start};");
            writer.Line($"for (int i = 0; i < {length}; i++) {step}");
            writer.Line($"{writer.Output(0)}[{nest.Index(("n", 1))}] = {arithmetic.Store(end)};");
        }
    }
}
