using System.Collections.Generic;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>GatherElements: one checked index an element.</summary>
internal sealed class GatherElementsKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !CopyPlan.CanMove(context.ElementType(node.Outputs[0]))) return null;
        int axis = Gather.Axis(context.Parameters(node));
        return new ElementIndexStep(context.Lengths(node.Inputs[0]), context.Lengths(node.Inputs[1]), axis, reduction: null)
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            Outputs = [node.Outputs[0]],
            Summary = $"GatherElements to {context.Type(node.Outputs[0]).Shape} along axis {IndexText.Number(axis)}",
        };
    }
}

/// <summary>ScatterElements: a copy, then one checked index an update.</summary>
internal sealed class ScatterElementsKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Outputs[0]);
        InferenceContext parameters = context.Parameters(node);
        if (!group.IsSingle || Reduction.TryCreate(ScatterReduction.Read(parameters), type) is not { } reduction) return null;
        int axis = Gather.Axis(parameters);
        return new ElementIndexStep(context.Lengths(node.Inputs[0]), context.Lengths(node.Inputs[1]), axis, reduction)
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            Outputs = [node.Outputs[0]],
            Summary = $"{node.Operator.Name} of {context.Type(node.Inputs[2]).Shape} into {context.Type(node.Outputs[0]).Shape} along axis {IndexText.Number(axis)}",
        };
    }
}

/// <summary>Walks the indices; the data move with them but for one axis, where the index says how far.</summary>
internal sealed class ElementIndexStep(int[] data, int[] indices, int axis, Reduction? reduction) : Step
{
    /// <inheritdoc/>
    public override string Kernel => reduction is null ? "GatherElements" : "ScatterElements";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        if (reduction is not null) writer.Line($"{writer.Input(0)}.CopyTo({writer.Output(0)});");
        if (Positions.Product(indices) == 0)
        {
            if (reduction is null) writer.Line("// The tensor is empty.");
            return;
        }

        int[] dataStrides = Positions.Strides(data);
        int stride = dataStrides[axis];
        dataStrides[axis] = 0;
        var nest = new LoopNest(indices, Positions.Strides(indices), dataStrides);
        Stack<SourceWriter.BlockScope> scopes = nest.Open(writer);
        string at = nest.Index(0).ToString();
        RunTimeIndex.Emit(writer, writer.Input(1), at, data[axis], "index");
        string place = nest.Index(1).Add("index", stride).ToString();
        writer.Line(reduction is null
            ? $"{writer.Output(0)}[{at}] = {writer.Input(0)}[{place}];"
            : reduction.Statement($"{writer.Output(0)}[{place}]", $"{writer.Input(2)}[{at}]"));
        LoopNest.Close(scopes);
    }
}
