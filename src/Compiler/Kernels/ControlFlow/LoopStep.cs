using System.Globalization;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>Writes a Loop as a C# loop.</summary>
internal sealed class LoopStep : Step
{
    /// <summary>What the loop does.</summary>
    public required LoopForm Form { get; init; }

    /// <inheritdoc/>
    public override string Kernel => "Loop";

    private LoopControl Control => Form.Control;

    /// <summary>Whether a local tells after each run if there is another one.</summary>
    private bool IsConditional => Control.Proceed is null || (Control.Trips is null && Control.Condition is null);

    /// <summary>Whether the body reads the number of its run.</summary>
    private bool ReadsIteration => EmittedBody.Read(Bodies[0].Plan).Contains(Form.Iteration);

    /// <summary>Whether collected values have room for a number of runs that values of run time must give.</summary>
    private bool IsChecked => Control.Trips is null && Form.Collected.Any(c => !c.IsOpen);

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        foreach (LoopValue value in Form.Values) value.Declare(writer, Form.Layout);
        foreach (CollectedValue value in Form.Collected) value.Declare(writer, CSharpLiteral.Of(Nodes[0].Label));
        if (Control.Trips != 0) EmitLoop(writer);
        foreach (LoopValue value in Form.Values) value.Finish(writer);
        foreach (CollectedValue value in Form.Collected) value.Finish(writer);
    }

    private void EmitLoop(StepWriter writer)
    {
        if (ReadsIteration) writer.Line("Span<long> iteration = stackalloc long[1];");
        if (IsConditional)
        {
            writer.Line("Span<bool> proceed = stackalloc bool[1];");
            writer.Line($"proceed[0] = {(Control.Condition is { } known ? known ? "true" : "false" : writer.Input(Control.HasCount ? 1 : 0) + "[0]")};");
        }

        if (Control.HasCount && Control.Count is null) writer.Line($"long trips = {writer.Input(0)}[0];");
        string counter = Control.Trips is <= int.MaxValue ? "int i = 0" : "long i = 0";
        if (IsChecked) writer.Line(counter + ";");
        using (writer.Block(Header(IsChecked ? "" : counter)))
        {
            if (IsChecked) Check(writer, ">=", "more often than");
            if (ReadsIteration) writer.Line("iteration[0] = i;");
            foreach (LoopValue value in Form.Values) value.Prepare(writer);
            writer.Line(Call(writer));
            foreach (LoopValue value in Form.Values) value.Advance(writer);
            foreach (CollectedValue value in Form.Collected) value.Advance(writer);
            if (Control.Proceed == false && IsConditional) writer.Line("proceed[0] = false;");
        }

        if (IsChecked) Check(writer, "<", "less often than");
    }

    private string Header(string counter)
    {
        string count = Control.Trips is { } trips ? Text(trips) : !Control.HasCount ? "" : Control.Count is { } known ? Text(known) : "trips";
        string[] conditions = [.. new[] { count.Length > 0 ? "i < " + count : "", IsConditional && Control.Trips is null ? "proceed[0]" : "" }.Where(c => c.Length > 0)];
        return $"for ({counter}; {string.Join(" && ", conditions)}; i++)";
    }

    /// <summary>The outputs have the lengths that the file declares: the loop must run as often.</summary>
    private void Check(StepWriter writer, string comparison, string how)
    {
        CollectedValue first = Form.Collected.First(c => !c.IsOpen);
        string slices = Text(first.Slices);
        using (writer.Block($"if (i {comparison} {slices})"))
            writer.Line($"throw new ArgumentException({CSharpLiteral.Of(Nodes[0].Label + ": it runs " + how + " the " + slices + " times that the shape of output '" + first.Name + "' in the file asks for.")});");
    }

    private string Call(StepWriter writer)
    {
        string Input(string name)
        {
            if (name == Form.Iteration) return "iteration";
            if (name == Form.Condition) return "proceed";
            return Form.Values.FirstOrDefault(v => v.Input == name)?.Name ?? writer.Input(Inputs.IndexOf(name));
        }

        string Output(int position)
        {
            if (Form.Values.FirstOrDefault(v => v.Output == position) is { } value) return value.Argument;
            return Form.Collected.FirstOrDefault(v => v.Output == position)?.Argument(writer, Control.Trips is <= int.MaxValue ? "i" : "(int)i") ?? "proceed";
        }

        return writer.Bodies[0].Call(Input, Output, Form.Layout.Slice(Form.Arena));
    }

    private static string Text(long number) => number <= int.MaxValue ? number.ToString(CultureInfo.InvariantCulture) : number.ToString(CultureInfo.InvariantCulture) + "L";
}
