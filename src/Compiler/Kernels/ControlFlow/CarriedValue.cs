using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>
/// A value of one shape: each run reads one buffer and writes another, so nothing is copied between runs. The last value is copied
/// where it does not stand in the output already.
/// </summary>
internal sealed record CarriedValue : LoopValue
{
    /// <summary>Names of exporters can be long, and several locals bear each.</summary>
    internal const int LongestName = 32;

    /// <summary>The number of elements.</summary>
    public required int Length { get; init; }

    /// <summary>The local with the buffer that the run after the next writes.</summary>
    public required string SpareName { get; init; }

    /// <summary>The local with the buffer that the last run wrote.</summary>
    public required string WrittenName { get; init; }

    /// <summary>The part of the workspace beside the output; −1 for none.</summary>
    public required int SparePart { get; init; }

    /// <summary>The part of the workspace in the place of an output that nobody reads; −1 where there is one.</summary>
    public required int NextPart { get; init; }

    /// <inheritdoc/>
    public override string Argument => NextName;

    /// <summary>Names a value and asks for its memory.</summary>
    /// <param name="index">A number that no other value of the step has.</param>
    /// <param name="input">The body's input.</param>
    /// <param name="type">Its type, as the body sees it.</param>
    /// <param name="output">The position among the body's planned outputs, or −1.</param>
    /// <param name="initial">The position among the step's inputs.</param>
    /// <param name="target">The position among the step's outputs, or −1.</param>
    /// <param name="names">The step's names.</param>
    /// <param name="layout">The step's workspace.</param>
    public static CarriedValue Create(int index, string input, TensorType type, int output, int initial, int target, BufferNames names, WorkspaceLayout layout)
    {
        var length = (int)type.Shape!.ElementCount;
        string stem = input.Length > LongestName ? "state" + CSharpLiteral.Of(index) : input;
        string Local(string what, string suffix) => names.For(what + CSharpLiteral.Of(index), stem + suffix);
        return new CarriedValue
        {
            Input = input,
            Output = output,
            Initial = initial,
            Target = target,
            Type = type.ElementType,
            Length = length,
            Name = Local("current ", ""),
            InitialName = Local("initial ", "Initial"),
            NextName = Local("next ", "Next"),
            SpareName = Local("spare ", "Spare"),
            WrittenName = Local("written ", "Written"),
            SparePart = output < 0 ? -1 : layout.Add(type.ElementType, length),
            NextPart = output < 0 || target >= 0 ? -1 : layout.Add(type.ElementType, length),
        };
    }

    /// <inheritdoc/>
    public override void Declare(StepWriter writer, WorkspaceLayout layout, string row = "")
    {
        string csharp = Type.CSharpName()!;
        writer.Line($"ReadOnlySpan<{csharp}> {Name} = {writer.Input(Initial)}{row};");
        if (Output < 0) return;
        writer.Line($"Span<{csharp}> {NextName} = {(Target < 0 ? layout.Slice(NextPart) : writer.Output(Target) + row)};");
        writer.Line($"Span<{csharp}> {SpareName} = {layout.Slice(SparePart)};");
    }

    /// <inheritdoc/>
    public override void Advance(StepWriter writer)
    {
        if (Output < 0) return;
        writer.Line($"Span<{Type.CSharpName()}> {WrittenName} = {NextName};");
        writer.Line($"{NextName} = {SpareName};");
        writer.Line($"{SpareName} = {WrittenName};");
        writer.Line($"{Name} = {WrittenName};");
    }

    /// <inheritdoc/>
    public override void Finish(StepWriter writer, string row = "")
    {
        if (Target >= 0) writer.Line($"{Name}.CopyTo({writer.Output(Target)}{row});");
    }
}
