using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using RedGen.Cli.Output;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Cli.Verification;

/// <summary>A model and a property of it.</summary>
/// <param name="Model">The model's path.</param>
/// <param name="Property">The property's path; empty for a statement.</param>
/// <param name="Name">How tables and JSON name the two: as the file of instances does.</param>
/// <param name="Timeout">Seconds for it; null: no limit.</param>
internal sealed record PropertyInstance(string Model, string Property, (string Model, string Property) Name, double? Timeout)
{
    /// <summary>The property as a statement; null where it is a file.</summary>
    public Statement? Statement { get; init; }

    /// <summary>The names of networks in the property's file that are this model, or further models; empty: one model.</summary>
    public IReadOnlyList<PropertyModel> Models { get; init; } = [];

    /// <summary>Reads a file of the competition: a line <c>onnx/m.onnx,vnnlib/p.vnnlib,116</c> an instance, paths relative to the file.</summary>
    /// <exception cref="ToolException">A line has another form.</exception>
    public static IReadOnlyList<PropertyInstance> ReadAll(string file)
    {
        if (!File.Exists(file)) throw new ToolException("there is no file '" + file + "'");
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var instances = new List<PropertyInstance>();
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            string[] parts = line.Split(',', StringSplitOptions.TrimEntries);
            double seconds = 0;
            if (parts.Length is < 2 or > 3 || (parts.Length == 3 && !double.TryParse(parts[2], NumberStyles.Float, CultureInfo.InvariantCulture, out seconds)))
                throw new ToolException(FormattableString.Invariant($"{file}({number}): a line has the form model.onnx,property.vnnlib,seconds"));
            instances.Add(new PropertyInstance(Path.Combine(folder, parts[0]), Path.Combine(folder, parts[1]), (parts[0], parts[1]), parts.Length == 3 ? seconds : null));
        }

        return instances.Count > 0 ? instances : throw new ToolException(file + " names no instances");
    }
}
