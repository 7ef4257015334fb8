using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>Writes a Scan whose length, or some shape, is known at run time only: slices are copies.</summary>
internal sealed class OpenScanStep : Step
{
    /// <summary>The part of the workspace that the body's scratch memory is.</summary>
    public required int Arena { get; init; }

    /// <summary>The workspace.</summary>
    public required WorkspaceLayout Layout { get; init; }

    /// <summary>The states.</summary>
    public required ImmutableArray<LoopValue> Values { get; init; }

    /// <summary>The inputs that are taken apart.</summary>
    public required ImmutableArray<OpenScanInput> Scanned { get; init; }

    /// <summary>The outputs that are put together.</summary>
    public required ImmutableArray<CollectedValue> Collected { get; init; }

    /// <inheritdoc/>
    public override string Kernel => "Scan";

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        string label = CSharpLiteral.Of(Nodes[0].Label);
        writer.Line($"int length = {Scanned[0].Length(writer)};");
        foreach (OpenScanInput other in Scanned.Skip(1))
            writer.Line($"if ({other.Length(writer)} != length) throw new ArgumentException({CSharpLiteral.Of(Nodes[0].Label + ": its scanned inputs have different lengths.")});");
        foreach (LoopValue value in Values) value.Declare(writer, Layout);
        foreach (CollectedValue value in Collected) value.Declare(writer, label);
        using (writer.Block("for (int i = 0; i < length; i++)"))
        {
            foreach (OpenScanInput input in Scanned.Where(s => EmittedBody.Read(Bodies[0].Plan).Contains(s.BodyInput))) input.Declare(writer);
            foreach (LoopValue value in Values) value.Prepare(writer);
            writer.Line(Call(writer));
            foreach (LoopValue value in Values) value.Advance(writer);
            foreach (CollectedValue value in Collected) value.Advance(writer);
        }

        foreach (LoopValue value in Values) value.Finish(writer);
        foreach (CollectedValue value in Collected) value.Finish(writer);
    }

    private string Call(StepWriter writer)
    {
        string Input(string name) => Values.FirstOrDefault(v => v.Input == name)?.Name ?? Scanned.FirstOrDefault(s => s.BodyInput == name)?.SliceName ?? writer.Input(Inputs.IndexOf(name));
        string Output(int position) => Values.FirstOrDefault(v => v.Output == position)?.Argument ?? Collected.First(c => c.Output == position).Argument(writer, "i");
        return writer.Bodies[0].Call(Input, Output, Layout.Slice(Arena));
    }
}

/// <summary>An input that a Scan takes apart.</summary>
/// <param name="BodyInput">The body's input.</param>
/// <param name="Position">The position among the step's inputs.</param>
/// <param name="Type">The whole tensor's type.</param>
/// <param name="IsSliceOpen">Whether a slice's size is known at run time only.</param>
/// <param name="Axis">The axis.</param>
/// <param name="IsReversed">Whether it is read from its end.</param>
/// <param name="WholeName">The parameter with the whole tensor.</param>
/// <param name="SliceName">The local with a slice.</param>
internal sealed record OpenScanInput(string BodyInput, int Position, TensorType Type, bool IsSliceOpen, int Axis, bool IsReversed, string WholeName, string SliceName)
{
    /// <summary>Names an input.</summary>
    public static OpenScanInput Create(Value bodyInput, int position, TensorType type, int axis, bool isReversed, BufferNames names)
    {
        string key = CSharpLiteral.Of(position);
        string stem = bodyInput.Name.Length > CarriedValue.LongestName ? "slice" + key : bodyInput.Name;
        return new OpenScanInput(bodyInput.Name, position, type, bodyInput.Type is TensorType { IsStatic: false }, axis, isReversed, names.For("whole " + key, stem + "Whole"), names.For("scanned " + key, stem));
    }

    /// <summary>The expression of the axis's length.</summary>
    public string Length(StepWriter writer) => Type.Shape![Axis].IsConstant ? CSharpLiteral.Of((int)Type.Shape[Axis].Value) : $"{writer.Input(Position)}.Lengths[{CSharpLiteral.Of(Axis)}]";

    /// <summary>Writes the local with the slice of the current run.</summary>
    public void Declare(StepWriter writer)
    {
        string csharp = Type.ElementType.CSharpName()!;
        string whole = Type.IsStatic ? $"new TensorView<{csharp}>({writer.Input(Position)}, {RunTimeParameters.List(Type.Shape!.ToArray())})" : writer.Input(Position);
        string slice = $"Slices.Take<{csharp}>({whole}, axis: {CSharpLiteral.Of(Axis)}, {(IsReversed ? "length - 1 - i" : "i")})";
        writer.Line(IsSliceOpen ? $"DynamicTensor<{csharp}> {SliceName} = {slice};" : $"ReadOnlySpan<{csharp}> {SliceName} = {slice}.Span;");
    }
}
