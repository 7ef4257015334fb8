using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>GatherND: one slice a tuple of checked indices.</summary>
internal sealed class GatherNDKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !CopyPlan.CanMove(context.ElementType(node.Outputs[0]))) return null;
        int batch = GatherND.Batch(context.Parameters(node));
        return new TupleIndexStep(context.Lengths(node.Inputs[0]), context.Lengths(node.Inputs[1]), batch, reduction: null)
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            Outputs = [node.Outputs[0]],
            Summary = $"GatherND from {context.Type(node.Inputs[0]).Shape} to {context.Type(node.Outputs[0]).Shape}",
        };
    }
}

/// <summary>ScatterND: a copy, then one slice a tuple of checked indices.</summary>
internal sealed class ScatterNDKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        InferenceContext parameters = context.Parameters(node);
        ElementType type = context.ElementType(node.Outputs[0]);
        if (!group.IsSingle || Reduction.TryCreate(ScatterReduction.Read(parameters), type) is not { } reduction) return null;
        return new TupleIndexStep(context.Lengths(node.Inputs[0]), context.Lengths(node.Inputs[1]), 0, reduction)
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            Outputs = [node.Outputs[0]],
            Summary = $"ScatterND of {context.Type(node.Inputs[2]).Shape} into {Shape.Of(context.Lengths(node.Outputs[0]))}",
        };
    }
}

/// <summary>Walks the tuples; each names a slice of the data (of the batch's part of them).</summary>
internal sealed class TupleIndexStep(int[] data, int[] indices, int batch, Reduction? reduction) : Step
{
    /// <inheritdoc/>
    public override string Kernel => reduction is null ? "GatherND" : "ScatterND";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        if (reduction is not null) writer.Line($"{writer.Input(0)}.CopyTo({writer.Output(0)});");
        int depth = indices[^1];
        long tuples = Positions.Product(indices.Take(indices.Length - 1));
        long slice = Positions.Product(data.Skip(batch + depth));
        if (tuples == 0 || slice == 0)
        {
            if (reduction is null) writer.Line("// The tensor is empty.");
            return;
        }

        int[] strides = Positions.Strides(data);
        using (writer.Block($"for (int i = 0; i < {IndexText.Number((int)tuples)}; i++)"))
        {
            var place = new IndexText();
            if (batch > 0)
            {
                int perBatch = (int)(tuples / Positions.Product(indices.Take(batch)));
                place.Add(perBatch == 1 ? "i" : $"(i / {IndexText.Number(perBatch)})", strides[batch - 1]);
            }

            for (int d = 0; d < depth; d++)
            {
                string name = "index" + IndexText.Number(d);
                string at = new IndexText().Add("i", depth).Add(d).ToString();
                RunTimeIndex.Emit(writer, writer.Input(1), at, data[batch + d], name);
                place.Add(name, strides[batch + d]);
            }

            writer.Line($"int at = {place};");
            EmitSlice(writer, (int)slice);
        }
    }

    private void EmitSlice(StepWriter writer, int slice)
    {
        string length = IndexText.Number(slice);
        string flat = slice == 1 ? "i" : $"i * {length}";
        if (reduction is null)
        {
            writer.Line(slice == 1 ? $"{writer.Output(0)}[i] = {writer.Input(0)}[at];" : $"{writer.Input(0)}.Slice(at, {length}).CopyTo({writer.Output(0)}.Slice({flat}, {length}));");
            return;
        }

        if (slice == 1) writer.Line(reduction.Statement($"{writer.Output(0)}[at]", $"{writer.Input(2)}[i]"));
        else if (reduction.IsReplacement) writer.Line($"{writer.Input(2)}.Slice({flat}, {length}).CopyTo({writer.Output(0)}.Slice(at, {length}));");
        else writer.Line($"for (int j = 0; j < {length}; j++) {reduction.Statement($"{writer.Output(0)}[at + j]", $"{writer.Input(2)}[({flat}) + j]")}");
    }
}
