using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>Writes a Scan as a C# loop; opset 8 has another one around it, over the sequences of a batch.</summary>
internal sealed class ScanStep : Step
{
    /// <summary>The part of the workspace that the body's scratch memory is.</summary>
    public required int Arena { get; init; }

    /// <summary>The workspace.</summary>
    public required WorkspaceLayout Layout { get; init; }

    /// <summary>The states.</summary>
    public required ImmutableArray<CarriedValue> Values { get; init; }

    /// <summary>The inputs that are taken apart.</summary>
    public required ImmutableArray<ScanSlice> Scanned { get; init; }

    /// <summary>The outputs that are put together.</summary>
    public required ImmutableArray<ScanSlice> Collected { get; init; }

    /// <summary>How often the body runs.</summary>
    public required int Length { get; init; }

    /// <summary>The number of sequences; null without a batch.</summary>
    public required int? Batch { get; init; }

    /// <summary>Whether each sequence has a length of its own.</summary>
    public required bool HasLengths { get; init; }

    /// <inheritdoc/>
    public override string Kernel => "Scan";

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        if (Batch is null)
        {
            EmitSequence(writer);
            return;
        }

        using (writer.Block($"for (int n = 0; n < {CSharpLiteral.Of(Batch.Value)}; n++)"))
        {
            if (HasLengths)
            {
                string most = CSharpLiteral.Of(Length);
                string message = CSharpLiteral.Of($"{Nodes[0].Label}: the length of a sequence is outside 0 … {most}.");
                writer.Line($"if (lengths[n] < 0 || lengths[n] > {most}) throw new ArgumentException({message});");
                writer.Line("int length = (int)lengths[n];");
            }

            EmitSequence(writer);
        }
    }

    private void EmitSequence(StepWriter writer)
    {
        foreach (CarriedValue value in Values) value.Declare(writer, Layout, Row(value.Length));
        if (Length > 0)
        {
            using (writer.Block($"for (int i = 0; i < {(HasLengths ? "length" : CSharpLiteral.Of(Length))}; i++)"))
            {
                foreach (ScanSlice slice in Scanned.Where(s => EmittedBody.Read(Bodies[0].Plan).Contains(s.BodyValue))) slice.Declare(writer, Layout, writer.Input(slice.Whole) + Row(slice.SequenceLength));
                foreach (ScanSlice slice in Collected) slice.Declare(writer, Layout, writer.Output(slice.Whole) + Row(slice.SequenceLength));
                writer.Line(Call(writer));
                foreach (ScanSlice slice in Collected) slice.Store(writer, writer.Output(slice.Whole) + Row(slice.SequenceLength));
                foreach (CarriedValue value in Values) value.Advance(writer);
            }
        }

        foreach (CarriedValue value in Values) value.Finish(writer, Row(value.Length));
        if (!HasLengths) return;
        foreach (ScanSlice slice in Collected) slice.ClearRest(writer, writer.Output(slice.Whole) + Row(slice.SequenceLength));
    }

    /// <summary>What takes the current sequence out of a batch.</summary>
    private string Row(int length) => Batch is null ? "" : $".Slice(n * {CSharpLiteral.Of(length)}, {CSharpLiteral.Of(length)})";

    private string Call(StepWriter writer)
    {
        string Input(string name) => Values.FirstOrDefault(v => v.Input == name)?.Name ?? Scanned.FirstOrDefault(s => s.BodyValue == name)?.SliceName ?? writer.Input(Inputs.IndexOf(name));
        string Output(int position) => Values.FirstOrDefault(v => v.Output == position)?.Argument ?? Collected.First(s => s.Position == position).SliceName;
        return writer.Bodies[0].Call(Input, Output, Layout.Slice(Arena));
    }
}
