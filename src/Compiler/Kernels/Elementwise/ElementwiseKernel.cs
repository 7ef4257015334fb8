using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Micro.Rows;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Elementwise;

/// <summary>One elementwise node, or many that one loop computes: a nest with constant bounds, vectors where types and operators allow, no loop for tiny tensors.</summary>
internal sealed class ElementwiseKernel : Kernel
{
    /// <summary>Nodes × elements up to which there is no loop.</summary>
    private const int UnrollLimit = 32;

    /// <summary>Elements up to which there is no loop.</summary>
    private const int UnrollElements = 16;

    /// <summary>The same where flash is scarce.</summary>
    private const int MicroUnrollElements = 4;

    /// <summary>An innermost loop shorter than this is not worth vectors, which hold up to 16 floats.</summary>
    private const int VectorMinimum = 16;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        return ElementwiseGroup.TryRead(group, context) is { } read ? TryPlan(group, read, context) : null;
    }

    /// <summary>Plans a group that is read.</summary>
    internal static Step? TryPlan(NodeGroup group, ElementwiseGroup read, KernelContext context)
    {
        var body = new ElementwiseBody(read);
        if (!body.IsComplete) return null;
        BroadcastLoops nest = BroadcastLoops.Of(read.Lengths, read.Operands.Select(o => o.Lengths.ToArray()));
        ImmutableArray<string> inputs = [.. read.Operands.Select(o => o.Value).Distinct(System.StringComparer.Ordinal)];
        bool vectors = !context.Options.IsScalar && nest.Inner.Length >= VectorMinimum && body.VectorType is not null;
        int unrolled = context.Options.Profile == Profile.Micro ? MicroUnrollElements : UnrollElements;
        string summary = string.Join(", ", group.Nodes.Select(n => n.Operator.Name)) + " over " + context.Type(group.Last.Outputs[0]).Shape;
        return new ElementwiseStep(read, body, nest, vectors, unrolled, vectors ? BinaryCall.TryOf(read, nest, inputs) : null)
        {
            Nodes = group.Nodes,
            Inputs = inputs,
            Outputs = [group.Last.Outputs[0]],
            InPlaceInputs = [.. InPlace(read, inputs)],
            Rows = context.Options.Profile == Profile.Micro ? ElementwiseRowStep.Of(group, read, body, summary) : [],
            Summary = summary,
        };
    }

    /// <summary>Inputs of the output's type that are read nowhere but at the index that is written.</summary>
    private static System.Collections.Generic.IEnumerable<int> InPlace(ElementwiseGroup group, ImmutableArray<string> inputs)
        => Enumerable.Range(0, inputs.Length).Where(i => group.Operands.Where(o => o.Value == inputs[i])
            .All(o => o.Type == group.Output && o.Lengths.Aggregate(1L, (a, b) => a * b) == group.Count));

    private sealed class ElementwiseStep(ElementwiseGroup group, ElementwiseBody body, BroadcastLoops nest, bool vectors, int unrolled, BinaryCall? call) : Step, IRowComputed
    {
        public ImmutableArray<RowStep> Rows { get; init; } = [];

        public override string Kernel => call is not null ? "Elementwise.Lanes" : vectors ? "Elementwise.Vector" : "Elementwise";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (group.Count == 0) return;
            if (call is not null)
            {
                writer.Line(call.Text(writer));
                return;
            }

            if (!body.HasIntegers)
            {
                WriteBody(writer);
                return;
            }

            using (writer.Block("unchecked")) WriteBody(writer);
        }

        private void WriteBody(StepWriter writer)
        {
            if (group.Count <= unrolled && group.Count * group.Nodes.Length <= UnrollLimit) WriteUnrolled(writer);
            else new ElementwiseLoops(writer, group, body, nest, [.. group.Operands.Select(o => writer.Input(Inputs.IndexOf(o.Value)))]).Write(vectors);
        }

        private void WriteUnrolled(StepWriter writer)
        {
            for (int i = 0; i < group.Count; i++)
            {
                int[] offsets = nest.OffsetsAt(i);
                ImmutableArray<string> operands = [.. group.Operands.Select((o, k) => ElementwiseExpressions.Load(o.Type, writer.Input(Inputs.IndexOf(o.Value)), Text(offsets[k])))];
                body.Write(writer.Code, operands, writer.Output(0) + "[" + Text(i) + "]", ElementForm.Scalar, group.Count > 1 ? Text(i) : "");
            }
        }

        private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }
}
