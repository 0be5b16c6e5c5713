@echo off
rem Puts the folder that this script lies in, and the one beside it, into the plug-ins of the person who runs it, or,
rem with /remove, takes them away. Wine runs it in a test; on Windows it has never run.
rem
rem SPDX-License-Identifier: GPL-3.0-or-later
setlocal
set "name=adain-style-transfer"
set "here=%~dp0"
set "here=%here:~0,-1%"
set "operation=%LOCALAPPDATA%\gegl-0.4\plug-ins\%name%"
set "failed="
set "found="

if "%~1"=="" goto install
if /i "%~1"=="/remove" goto remove
echo Usage: install [/remove]
echo.
echo Installs AdaIN Style Transfer for yourself, into every profile of GIMP 3 that you have, or removes it.
exit /b 2

:install
if not exist "%here%\weights" set "failed=yes"
if not exist "%here%\operation" set "failed=yes"
if not exist "%here%-folder" set "failed=yes"
if defined failed (
  echo This is not all of it: unpack the whole archive first.
  pause
  exit /b 1
)
rem Where GIMP was never started it will make a profile of this name.
for %%v in (3.0 3.2) do if exist "%APPDATA%\GIMP\%%v" set "found=yes"
if not defined found mkdir "%APPDATA%\GIMP\3.0"
for %%v in (3.0 3.2) do if exist "%APPDATA%\GIMP\%%v" call :install_into "%APPDATA%\GIMP\%%v\plug-ins"
call :install_operation
if defined failed (
  echo It could not be installed. Is GIMP running?
) else (
  echo Start GIMP, if necessary again, and look in the menu Filters ^> Artistic.
)
rem A window that was opened for this script closes at its end.
pause
goto end

:remove
for %%v in (3.0 3.2) do call :remove_from "%APPDATA%\GIMP\%%v\plug-ins"
call :remove_folder "%operation%"
if defined failed echo It could not be removed. Is GIMP running?
goto end

:end
if defined failed exit /b 1
exit /b 0

:install_into
rem Not over itself.
if /i "%~1\%name%"=="%here%" exit /b
call :copy_folder "%here%" "%~1\%name%.new"
call :copy_folder "%here%-folder" "%~1\%name%-folder.new"
call :replace_folder "%~1\%name%"
call :replace_folder "%~1\%name%-folder"
if not defined failed echo Installed: %~1\%name%
exit /b

:install_operation
call :copy_folder "%here%\operation" "%operation%.new"
call :copy_folder "%here%\weights" "%operation%.new\weights"
call :copy_folder "%here%\locale" "%operation%.new\locale"
call :replace_folder "%operation%"
exit /b

rem By the new one, if there is no lack of it.
:replace_folder
if not defined failed call :remove_folder "%~1"
if not defined failed move "%~1.new" "%~1" > nul || set "failed=yes"
if exist "%~1.new" rmdir /s /q "%~1.new"
exit /b

:remove_from
call :remove_folder "%~1\%name%"
call :remove_folder "%~1\%name%-folder"
exit /b

:copy_folder
xcopy "%~1" "%~2" /e /i /q /y > nul || set "failed=yes"
exit /b

:remove_folder
if not exist "%~1" exit /b
rmdir /s /q "%~1"
if exist "%~1" set "failed=yes"
exit /b
