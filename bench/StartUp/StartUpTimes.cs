using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace RedGen.Bench.StartUp;

/// <summary>When a program had its first result; milliseconds, of many starts the least.</summary>
/// <param name="Model">The model.</param>
/// <param name="Form">How the program is compiled, or what it calls.</param>
/// <param name="SinceMain">From Main's first statement to the result.</param>
/// <param name="CpuSinceMain">The same as processor time of all threads, which a busy machine does not change.</param>
/// <param name="SinceStart">From the start of the process to the result.</param>
/// <param name="CpuSinceStart">The same as processor time.</param>
/// <param name="Bytes">The program's size; 0 where it needs a runtime beside it.</param>
internal sealed record StartUpTimes(string Model, string Form, double SinceMain, double CpuSinceMain, double SinceStart, double CpuSinceStart, long Bytes)
{
    /// <summary>The row of ONNX Runtime, which the others are compared with.</summary>
    public const string Ort = "ONNX Runtime";

    /// <summary>A table in Markdown, with how many times sooner each is than ONNX Runtime.</summary>
    public static string Table(IReadOnlyList<StartUpTimes> rows, bool isFirst)
    {
        var text = new StringBuilder();
        if (isFirst)
            text.Append("| model | form | since Main ms | CPU ms | sooner | since start ms | CPU ms | sooner | program KB |\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (StartUpTimes row in rows)
        {
            StartUpTimes ort = rows.First(r => r.Model == row.Model && r.Form == Ort);
            text.Append(CultureInfo.InvariantCulture, $"| {row.Model} | {row.Form} | {row.SinceMain:F2} | {row.CpuSinceMain:F2} | {ort.SinceMain / row.SinceMain:F1} × ");
            text.Append(CultureInfo.InvariantCulture, $"| {row.SinceStart:F1} | {row.CpuSinceStart:F1} | {ort.SinceStart / row.SinceStart:F1} × | {(row.Bytes > 0 ? (row.Bytes / 1024).ToString(CultureInfo.InvariantCulture) : "")} |\n");
        }

        return text.ToString();
    }
}
