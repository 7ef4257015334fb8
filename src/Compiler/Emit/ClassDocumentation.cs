using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>The documentation of the generated class: what the model is, its layers, its sizes.</summary>
internal static class ClassDocumentation
{
    /// <summary>More layers than this are summed up in one line.</summary>
    private const int LayerLimit = 400;

    /// <summary>Writes the XML documentation.</summary>
    public static void Write(SourceWriter code, ExecutionPlan plan, ImmutableArray<EmittedStep> steps, ImmutableArray<string> proven)
    {
        string producer = plan.Info.Producer.Length == 0 ? "" : ", written by " + plan.Info.Producer;
        code.Line("/// <summary>");
        code.Line($"/// The network of {XmlText.Escape(plan.Info.FileName)} (ONNX opset {plan.Info.Opset}{XmlText.Escape(producer)}) as plain C#.");
        code.Line("/// </summary>");
        code.Line("/// <remarks>");
        foreach (Value input in plan.Graph.Inputs) code.Line($"/// <para>Input <c>{XmlText.Escape(input.Name)}</c>: {plan.Graph.TypeOf(input.Name)}.</para>");
        foreach (Value output in plan.Graph.Outputs) code.Line($"/// <para>Output <c>{XmlText.Escape(output.Name)}</c>: {plan.Graph.TypeOf(output.Name)}.</para>");
        code.Line($"/// <para>{Number(plan.Info.Parameters)} parameters; {Number(plan.MultiplyAdds)} multiply-adds, {Number(plan.ArenaBytes)} bytes of scratch memory a call.</para>");
        if (ReductionText.Describe(plan) is { Length: > 0 } reduction) code.Line($"/// <para>{XmlText.Escape(reduction)}</para>");
        foreach (string sentence in proven) code.Line($"/// <para>{XmlText.Escape(sentence)}</para>");
        code.Line("/// <para>Layers:</para>");
        code.Line("/// <list type=\"number\">");
        steps = [.. steps.SelectMany(WithBodies)];
        foreach (EmittedStep step in steps.Take(LayerLimit))
            code.Line($"/// <item><description>{SeeOf(step)}: {XmlText.Escape(step.Step.Summary)}.</description></item>");
        if (steps.Length > LayerLimit) code.Line($"/// <item><description>and {Number(steps.Length - LayerLimit)} more.</description></item>");
        code.Line("/// </list>");
        code.Line("/// </remarks>");
    }

    private static string SeeOf(EmittedStep step) => step.Method == step.Label ? $"<see cref=\"{step.Method}\"/>" : $"<see cref=\"{step.Method}\">{step.Label}</see>";

    private static IEnumerable<EmittedStep> WithBodies(EmittedStep step) => step.Bodies.SelectMany(b => b.Steps.SelectMany(WithBodies)).Prepend(step);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
