using System.Globalization;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Sampling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Sampling;

/// <summary>The line that begins a node's sequence of random numbers.</summary>
internal static class RandomText
{
    /// <summary>Declares the generator.</summary>
    public static void Begin(StepWriter writer)
        => writer.Line($"var random = new RandomSequence(0x{RandomSeed.Of(writer.Step.Nodes[0]).ToString("X16", CultureInfo.InvariantCulture)}UL);");
}

/// <summary>RandomNormal, RandomUniform and their Like forms.</summary>
internal sealed class RandomFillKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Outputs[0]);
        if (!group.IsSingle || !DoubleText.Serves(type) || OperatorTable.Find(node.Operator) is not RandomFill fill) return null;
        (double offset, double factor) = fill.Scale(node);
        string draw = fill.IsNormal ? "random.NextNormal()" : $"random.NextUnit({IndexText.Number(RandomSeed.UniformBits(type))})";
        if (factor != 1) draw = $"({CSharpLiteral.Of(factor)} * {draw})";
        if (offset != 0) draw = $"{CSharpLiteral.Of(offset)} + {draw}";
        return MadeStep.Create(node, context, [], writer =>
        {
            RandomText.Begin(writer);
            writer.Line($"for (int i = 0; i < {writer.Output(0)}.Length; i++) {writer.Output(0)}[i] = {DoubleText.Store(type, draw)};");
        });
    }
}

/// <summary>Bernoulli: a uniform number is compared with each probability.</summary>
internal sealed class BernoulliKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType from = context.ElementType(node.Inputs[0]);
        ElementType to = context.ElementType(node.Outputs[0]);
        if (!group.IsSingle || !DoubleText.Serves(from) || !DoubleText.Serves(to)) return null;
        return new BernoulliStep(from, to)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            InPlaceInputs = from == to ? [0] : [],
            Summary = "Bernoulli of " + context.Type(node.Inputs[0]).Shape,
        };
    }

    private sealed class BernoulliStep(ElementType from, ElementType to) : Step
    {
        public override string Kernel => "Random";

        public override void Emit(StepWriter writer)
        {
            RandomText.Begin(writer);
            string test = $"random.NextUnit(53) < {DoubleText.Load(from, writer.Input(0) + "[i]")}";
            string value = to == ElementType.Bool ? test : $"{test} ? {CSharpLiteral.Of(to, 1, 1)} : {CSharpLiteral.Of(to, 0, 0)}";
            writer.Line($"for (int i = 0; i < {writer.Output(0)}.Length; i++) {writer.Output(0)}[i] = {value};");
        }
    }
}

/// <summary>Multinomial: sums of the probabilities, and a walk along them for each draw.</summary>
internal sealed class MultinomialKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Inputs[0]);
        if (!group.IsSingle || !DoubleText.Serves(type)) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        return new MultinomialStep(x[0], x[1], context.Lengths(node.Outputs[0])[1], type)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            WorkspaceLength = x[1],
            WorkspaceType = ElementType.Float64,
            Summary = $"Multinomial: {context.Type(node.Outputs[0]).Shape} draws of {IndexText.Number(x[1])} classes",
        };
    }

    private sealed class MultinomialStep(int batch, int classes, int samples, ElementType type) : Step
    {
        public override string Kernel => "Random";

        public override void Emit(StepWriter writer)
        {
            if (batch == 0 || samples == 0)
            {
                writer.Line("// The tensor is empty.");
                return;
            }

            string count = IndexText.Number(classes);
            string sums = writer.Workspace;
            RandomText.Begin(writer);
            using var nest = new LoopScope(writer);
            nest.Loop("row", batch);
            string element = DoubleText.Load(type, $"{writer.Input(0)}[{(nest.Has("row") ? $"(row * {count}) + k" : "k")}]");
            writer.Line("double max = double.NegativeInfinity;");
            writer.Line("double sum = 0d;");
            writer.Line($"for (int k = 0; k < {count}; k++) max = Math.Max(max, {element});");
            using (writer.Block($"for (int k = 0; k < {count}; k++)"))
            {
                writer.Line($"sum += Math.Exp({element} - max);");
                writer.Line($"{sums}[k] = sum;");
            }

            using (writer.Block($"for (int sample = 0; sample < {IndexText.Number(samples)}; sample++)"))
            {
                writer.Line("double limit = random.NextUnit(53) * sum;");
                writer.Line("int drawn = 0;");
                writer.Line($"while (drawn < {IndexText.Number(classes - 1)} && !(limit < {sums}[drawn])) drawn++;");
                writer.Line($"{writer.Output(0)}[{(nest.Has("row") ? $"(row * {IndexText.Number(samples)}) + sample" : "sample")}] = drawn;");
            }
        }
    }
}
