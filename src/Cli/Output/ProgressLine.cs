using System;
using System.Globalization;
using System.IO;
using Spectre.Console;

namespace RedGen.Cli.Output;

/// <summary>Shows how far a long command is, on standard error: a bar on a terminal, a line every tenth of the way elsewhere.</summary>
internal static class ProgressLine
{
    /// <summary>Runs work that reports its progress.</summary>
    /// <param name="error">Standard error.</param>
    /// <param name="work">Gets the report: what it is doing, and the share that is done.</param>
    public static T Run<T>(TextWriter error, Func<Action<string, double>, T> work)
        => ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected ? WithBar(error, work) : work(new Lines(error).Report);

    private static T WithBar<T>(TextWriter error, Func<Action<string, double>, T> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Progress().AutoClear(true).Start(context =>
        {
            ProgressTask task = context.AddTask("search", maxValue: 1);
            return work((stage, done) =>
            {
                task.Description = Markup.Escape(stage);
                task.Value = done;
            });
        });
    }

    /// <summary>Lines for a file or another program: few, and never one that says what the last one said.</summary>
    private sealed class Lines(TextWriter error)
    {
        private string _stage = "";
        private int _tenth = -1;

        public void Report(string stage, double done)
        {
            int tenth = (int)(Math.Clamp(done, 0, 1) * 10);
            if (stage == _stage && tenth <= _tenth) return;
            (_stage, _tenth) = (stage, tenth);
            error.WriteLine("redgen: " + stage + " " + (tenth * 10).ToString(CultureInfo.InvariantCulture) + " %");
        }
    }
}
