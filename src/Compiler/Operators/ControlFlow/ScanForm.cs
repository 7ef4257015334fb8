using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.ControlFlow;

/// <summary>What a Scan's attributes and inputs say about its loop.</summary>
/// <param name="First">The first state among the node's inputs: 1 in opset 8, where the lengths of the sequences stand before it.</param>
/// <param name="States">How many states there are.</param>
/// <param name="Inputs">How many inputs are scanned.</param>
/// <param name="Outputs">How many outputs are collected.</param>
/// <param name="Length">How often the body runs, for the longest sequence; null where run time decides.</param>
/// <param name="Batch">The sequences of opset 8; null from opset 9 on.</param>
/// <param name="InputAxes">The axis of each scanned input, counted in the whole input.</param>
/// <param name="IsReversed">Whether each scanned input is read from its end.</param>
/// <param name="IsPrepended">Whether each collected output is filled from its end.</param>
internal sealed record ScanForm(int First, int States, int Inputs, int Outputs, int? Length, int? Batch, ImmutableArray<int> InputAxes, ImmutableArray<bool> IsReversed, ImmutableArray<bool> IsPrepended)
{
    /// <summary>Reads a node.</summary>
    /// <exception cref="Diagnostics.ModelException">Its parts do not fit together.</exception>
    public static ScanForm Read(InferenceContext context, Graph body)
    {
        bool isBatched = context.Version == 8;
        int first = isBatched ? 1 : 0;
        long scanned = context.Attributes.Int("num_scan_inputs", 0);
        int given = context.Node.Inputs.Length - first;
        if (scanned < 1 || scanned > given) throw context.Invalid("num_scan_inputs is " + Text(scanned) + ", of " + Text(given) + " inputs");
        int states = given - (int)scanned;
        int outputs = context.Node.Outputs.Length - states;
        if (body.Inputs.Length != given) throw context.Invalid("its body has " + Text(body.Inputs.Length) + " inputs, the node " + Text(given));
        if (outputs < 0 || body.Outputs.Length < states + outputs) throw context.Invalid("its body has " + Text(body.Outputs.Length) + " outputs, the node " + Text(context.Node.Outputs.Length) + ", for " + Text(states) + " states");
        for (int i = first; i < context.Node.Inputs.Length; i++)
            if (!context.HasInput(i)) throw context.Invalid("input " + Text(i) + " is missing");
        ImmutableArray<int> axes = ReadAxes(context, first + states, (int)scanned, isBatched);
        int? batch = isBatched ? ReadBatch(context, given) : null;
        Dimension[] scannedAxes = [.. axes.Select((a, i) => context.Shape(first + states + i)[a])];
        long[] lengths = [.. scannedAxes.Where(d => d.IsConstant).Select(d => d.Value).Distinct()];
        if (lengths.Length > 1) throw context.Fail("its scanned inputs have different lengths: " + string.Join(", ", lengths.Select(l => Text(l))));
        return new ScanForm(
            first, states, (int)scanned, outputs, lengths is [<= int.MaxValue and var length] ? (int)length : null, batch, axes,
            Flags(context, isBatched ? "directions" : "scan_input_directions", (int)scanned),
            Flags(context, "scan_output_directions", outputs));
    }

    /// <summary>The axis along which an output is collected, in a tensor of a rank (without the batch).</summary>
    public int OutputAxis(InferenceContext context, int output, int rank)
        => context.Attributes.Ints("scan_output_axes") is { } axes && Batch is null && output < axes.Length ? context.Axis(axes[output], rank) : 0;

    /// <summary>The open length of the scanned axes, where no constant one tells it.</summary>
    public Dimension OpenLength(InferenceContext context) => context.Shape(First + States)[InputAxes[0]];

    private static ImmutableArray<int> ReadAxes(InferenceContext context, int firstInput, int count, bool isBatched)
    {
        ImmutableArray<long> axes = isBatched ? [.. Enumerable.Repeat(1L, count)] : context.Attributes.Ints("scan_input_axes") ?? [];
        if (!axes.IsEmpty && axes.Length != count) throw context.Unsupported("scan_input_axes", "it has " + Text(axes.Length) + " entries, for " + Text(count) + " scanned inputs");
        return [.. Enumerable.Range(0, count).Select(i => context.Axis(axes.IsEmpty ? 0 : axes[i], context.Rank(firstInput + i)))];
    }

    private static int ReadBatch(InferenceContext context, int count)
    {
        for (int i = 1; i <= count; i++)
            if (context.Rank(i) == 0) throw context.Fail("input " + Text(i) + " has no batch axis");
        int[] batches = [.. Enumerable.Range(1, count).Select(i => context.Lengths(i)[0]).Distinct()];
        if (batches.Length != 1) throw context.Fail("its inputs have different batches: " + string.Join(", ", batches.Select(b => Text(b))));
        if (context.HasInput(0) && (context.Type(0) != ElementType.Int64 || !context.Lengths(0).SequenceEqual([batches[0]])))
            throw context.Fail("the lengths of the sequences must be " + Text(batches[0]) + " int64");
        return batches[0];
    }

    private static ImmutableArray<bool> Flags(InferenceContext context, string attribute, int count)
    {
        ImmutableArray<long> flags = context.Attributes.Ints(attribute) ?? [];
        if (!flags.IsEmpty && flags.Length != count && attribute != "scan_output_directions") throw context.Unsupported(attribute, "it has " + Text(flags.Length) + " entries, expected are " + Text(count));
        if (flags.Any(f => f is not (0 or 1))) throw context.Unsupported(attribute, "its entries must be 0 or 1");
        return [.. Enumerable.Range(0, count).Select(i => i < flags.Length && flags[i] == 1)];
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
