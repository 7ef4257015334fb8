using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>MeanVarianceNormalization: three walks over the elements that share statistics.</summary>
internal sealed class MeanVarianceKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } type) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        int[] reduced = MeanVarianceNormalization.Axes(context.Parameters(node));
        return new MeanVarianceStep(x, reduced, type)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            MultiplyAdds = 2L * context.Count(node.Inputs[0]),
            Summary = $"MeanVarianceNormalization of {Shape.Of(x)} over axes {string.Join(", ", reduced)}",
        };
    }

    private sealed class MeanVarianceStep(int[] x, int[] reduced, Arithmetic type) : Step
    {
        public override string Kernel => "MeanVariance.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (x.Contains(0)) return;
            (string Variable, int Length, int Stride)[] axes = [.. Positions.Strides(x).Select((s, a) => ("d" + CSharpLiteral.Of(a), x[a], s))];
            long count = Positions.Product(reduced.Select(a => x[a]));
            string narrow = type.Sum == "float" ? "(float)" : "";
            using var nest = new LoopScope(writer);
            foreach ((string variable, int length, _) in axes.Where((_, a) => !reduced.Contains(a))) nest.Loop(variable, length);
            writer.Line($"{type.Sum} mean = {type.Zero};");
            Walk(writer, axes, at => $"mean += {type.Load($"{writer.Input(0)}[{at}]")};");
            writer.Line($"mean /= {count};");
            writer.Line($"{type.Sum} variance = {type.Zero};");
            Walk(writer, axes, at => $"variance += ({type.Load($"{writer.Input(0)}[{at}]")} - mean) * ({type.Load($"{writer.Input(0)}[{at}]")} - mean);");
            writer.Line($"{type.Sum} deviation = {narrow}(Math.Sqrt(variance / {count}) + {CSharpLiteral.Of(MeanVarianceNormalization.Epsilon)});");
            Walk(writer, axes, at => $"{writer.Output(0)}[{at}] = {type.Store($"(({type.Load($"{writer.Input(0)}[{at}]")} - mean) / deviation)")};");
        }

        private void Walk(StepWriter writer, (string Variable, int Length, int Stride)[] axes, System.Func<string, string> line)
        {
            using var inner = new LoopScope(writer);
            foreach (int a in reduced) inner.Loop(axes[a].Variable, axes[a].Length);
            List<string> open = [.. axes.Where(a => a.Length > 1).Select(a => a.Variable)];
            writer.Line(line(LoopScope.Index(open, [.. axes.Select(a => (a.Variable, a.Stride))])));
        }
    }
}
