using System;
using System.Collections.Immutable;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>A step that moves nothing: what it writes is known but too large to keep as a constant, or follows from a few numbers.</summary>
internal sealed class MadeStep(Action<StepWriter> emit) : Step
{
    /// <inheritdoc/>
    public override string Kernel => "Fill";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <summary>A step that makes the output of a node.</summary>
    public static MadeStep Create(Node node, KernelContext context, ImmutableArray<string> inputs, Action<StepWriter> emit) => new(emit)
    {
        Nodes = [node],
        Inputs = inputs,
        Outputs = [node.Outputs[0]],
        Summary = node.Operator.Name + " of " + context.Type(node.Outputs[0]).Shape,
    };

    /// <inheritdoc/>
    public override void Emit(StepWriter writer) => emit(writer);
}

/// <summary>ConstantOfShape beyond what is folded, or of a shape that is checked at run time.</summary>
internal sealed class FillKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Outputs[0]);
        if (!group.IsSingle || !CopyPlan.CanMove(type)) return null;
        string value = node.Attributes.Tensor("value") is { } tensor ? LiteralText.Of(tensor, 0, type) : LiteralText.Zero(type);
        bool isChecked = RunTimeParameters.AreGiven(node, context, 0);
        return MadeStep.Create(node, context, isChecked ? [node.Inputs[0]] : [], writer =>
        {
            if (isChecked)
            {
                writer.Line(RunTimeParameters.Why);
                writer.Line($"ShapeCheck.Lengths({RunTimeParameters.Label(node)}, {writer.Input(0)}, {RunTimeParameters.List(context.Lengths(node.Outputs[0]))});");
            }

            writer.Line(LiteralText.Fill(writer.Output(0), value));
        });
    }
}

/// <summary>EyeLike beyond what is folded.</summary>
internal sealed class EyeLikeKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Outputs[0]);
        if (!group.IsSingle || !CopyPlan.CanMove(type)) return null;
        int[] y = context.Lengths(node.Outputs[0]);
        long k = Math.Max(-y[0], Math.Min(y[1], node.Attributes.Int("k", 0)));
        int first = (int)Math.Max(0, -k);
        long count = Math.Min(y[0] - first, y[1] - Math.Max(0, k));
        int start = (int)(((long)first * y[1]) + first + k);
        return MadeStep.Create(node, context, [], writer =>
        {
            writer.Line($"{writer.Output(0)}.Clear();");
            string at = new IndexText().Add("i", y[1] + 1).Add(start).ToString();
            if (count > 0) writer.Line($"for (int i = 0; i < {IndexText.Number((int)count)}; i++) {writer.Output(0)}[{at}] = {CSharpLiteral.Of(type, 1, 1)};");
        });
    }
}

/// <summary>Range beyond what is folded, or of numbers of run time.</summary>
internal sealed class RangeKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Outputs[0]);
        if (!group.IsSingle || !CopyPlan.CanMove(type)) return null;
        if (RunTimeParameters.AreGiven(node, context, 0)) return AtRunTime(node, type, context);
        if (context.Constant(node.Inputs[0]) is not { } start || context.Constant(node.Inputs[2]) is not { } delta) return null;
        ElementType wide = type.IsFloat() ? ElementType.Float64 : ElementType.Int64;
        string first = LiteralText.Of(start, 0, wide);
        string step = LiteralText.Of(delta, 0, wide);
        return MadeStep.Create(node, context, [], writer =>
        {
            string y = writer.Output(0);
            writer.Line($"for (int i = 0; i < {y}.Length; i++) {y}[i] = unchecked(({type.CSharpName()})({first} + (i * {step})));");
        });
    }

    private static MadeStep? AtRunTime(Node node, ElementType type, KernelContext context)
    {
        return MadeStep.Create(node, context, [.. node.Inputs], writer =>
        {
            string y = writer.Output(0);
            string wide = type.IsFloat() ? "double" : "long";
            string Number(int input) => type.IsFloat() ? $"(double){writer.Input(input)}[0]" : $"{writer.Input(input)}[0]";
            writer.Line(RunTimeParameters.Why);
            writer.Line($"ShapeCheck.{(type.IsFloat() ? "Range" : "IntegerRange")}({RunTimeParameters.Label(node)}, {Number(0)}, {Number(1)}, {Number(2)}, {IndexText.Number(context.Count(node.Outputs[0]))});");
            writer.Line($"{wide} start = unchecked(({wide}){writer.Input(0)}[0]);");
            writer.Line($"{wide} delta = unchecked(({wide}){writer.Input(2)}[0]);");
            writer.Line($"for (int i = 0; i < {y}.Length; i++) {y}[i] = unchecked(({type.CSharpName()})(start + (i * delta)));");
        });
    }
}
