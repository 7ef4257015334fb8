using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Plan.Layouts;

/// <summary>The steps of a plan as they come, with a conversion before the first step that reads a value in the layout in which nobody writes it.</summary>
internal sealed class StepList(LayoutPlan layouts)
{
    private readonly ImmutableArray<Step>.Builder _steps = ImmutableArray.CreateBuilder<Step>();
    private readonly HashSet<string> _converted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outputs = new(layouts.Graph.Outputs.Select(o => o.Name), StringComparer.Ordinal);

    /// <summary>Adds a step.</summary>
    public void Add(Step step)
    {
        foreach (string input in step.Inputs) Convert(input);
        _steps.Add(step);
        // Outputs leave at once, so that their other form need not wait in the arena.
        foreach (string output in step.Outputs)
            if (layouts.ValueOf(output) is { } value && _outputs.Contains(value)) Convert(value);
    }

    /// <summary>All steps.</summary>
    public ImmutableArray<Step> ToImmutable() => _steps.ToImmutable();

    private void Convert(string name)
    {
        if (layouts.SourceOf(name) is { } source && _converted.Add(name))
            _steps.Add(LayoutMoveStep.Create(source, name, layouts.ValueOf(name) is not null, layouts.Split(name)!.Value));
    }
}
